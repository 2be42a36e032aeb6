"""What several files of platforms/ share: one module for a format, a family of ids or a site's own ways."""
