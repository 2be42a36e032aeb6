"""Page → Post: one file a feed under platforms/, and what all of them share."""
