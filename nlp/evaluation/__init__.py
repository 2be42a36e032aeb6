"""How often each engine is right, on parts of the research data that no model was trained on, and how fast it is."""
