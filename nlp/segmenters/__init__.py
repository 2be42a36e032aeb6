"""Segmentation engines, one file each: `load()` gives the engine, and the file's name is how it is asked for."""
