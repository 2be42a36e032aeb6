"""The metrics, one file a subject: a name in capitals that holds a Metric is one, and nothing else names it."""
