"""One crawl and a round of many: from what config/ asks for to a batch, its watermark and what was missed."""
