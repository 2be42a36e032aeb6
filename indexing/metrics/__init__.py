"""What every figure means: one definition a metric, read by the dashboards, the page and docs/metrics.md.

`of/` holds the metrics, one file a subject. To add one, write it there, then `tingfeng dashboards build`.
"""

import importlib
import pkgutil
from functools import cache

from indexing.metrics import of
from indexing.metrics.metric import Metric, Shape

__all__ = ["Metric", "Shape", "metrics"]


@cache
def metrics() -> dict[str, Metric]:
    """Return every metric by its name in small letters, those of one subject together."""
    return {
        name.lower(): value
        for module in sorted(found.name for found in pkgutil.iter_modules(of.__path__, f"{of.__name__}."))
        for name, value in vars(importlib.import_module(module)).items()
        if isinstance(value, Metric)
    }
