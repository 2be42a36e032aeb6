"""The project's own models at work: text in, calibrated probabilities out; nlp/training/ makes nlp/models/."""
