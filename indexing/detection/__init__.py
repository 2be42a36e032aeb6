"""Rules held against the index: what each kind asks, what it finds, and why, with the questions behind every figure."""

from indexing.detection.detect import Detected, detect
from indexing.detection.search_rounds import EvaluationFailed

__all__ = ["Detected", "EvaluationFailed", "detect"]
