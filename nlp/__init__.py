"""Post → Mention: cleaning, segmentation, brand matching and sentiment."""
