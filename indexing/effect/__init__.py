"""What a campaign did: who took part, how far it was heard, and what changed against customers who were not in it."""
