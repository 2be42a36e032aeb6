"""Rules held against the index, alerts with their evidence, and their delivery to people."""

from indexing.alerts.alert import Alert
from indexing.alerts.outbox import Deliveries, deliver

__all__ = ["Alert", "Deliveries", "deliver"]
