"""Sentiment towards a target: rules for comparison, contrast, wish, question and irony, where they are sure."""
