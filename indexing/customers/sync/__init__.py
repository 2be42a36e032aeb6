"""The customers' data of a source into the index: read whole, then written, and twice the same changes nothing."""
