"""What is written from definitions and kept in the repository; a test fails where a file differs from them."""

from pathlib import Path

from dashboards.documents import index_reference, metrics_page
from dashboards.kibana.build import SAVED, saved_text

__all__ = ["generated"]

_ROOT = Path(__file__).resolve().parent.parent


def generated() -> dict[Path, str]:
    """Return every generated file's content by its path."""
    return {
        SAVED: saved_text(),
        _ROOT / "docs" / "metrics.md": metrics_page(),
        _ROOT / "docs" / "index-reference.md": index_reference(),
    }
