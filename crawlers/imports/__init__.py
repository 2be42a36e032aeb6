"""Posts that no crawler fetched: out of a browser's HAR file, and out of tables."""
