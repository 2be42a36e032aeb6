"""Bytes → values: charsets, numbers, times, addresses and markup, as no platform alone writes them."""
