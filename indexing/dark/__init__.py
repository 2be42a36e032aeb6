"""Dark figures (暗数): how many posts there are, estimated from those that several routes reached."""
