"""The console's pages: each module is one, with its routes in `router`; nothing else names it."""
