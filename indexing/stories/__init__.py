"""Stories: what belongs together because it answers, passes on or copies the same first post; and who spreads it."""
