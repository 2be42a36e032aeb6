"""One module a feed; its file name is the feed's name, and nothing has to be registered."""
