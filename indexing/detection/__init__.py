"""Rules held against the index: what each kind asks, what it finds, and why, with the questions behind every figure."""

from indexing.detection.asking import EvaluationFailed
from indexing.detection.detect import Detected, detect

__all__ = ["Detected", "EvaluationFailed", "detect"]
