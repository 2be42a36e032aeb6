"""Page → Post: one file a feed under platforms/, and rooms for what all of them share.

A platform's file stands on `spider`, `page`, `post`, `signer` and `slicing` beside this one, on `formats` and on
`reading`. `engine` makes a batch of what it finds: `network` asks, in a process of its own, and `storage` keeps.
"""
