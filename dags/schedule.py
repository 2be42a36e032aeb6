"""When a DAG runs that an asset wakes or that has work now and then; minutes apart, so that they do not meet."""

from typing import Any

from airflow.sdk import Asset, AssetAlias, AssetOrTimeSchedule, CronTriggerTimetable

__all__ = ["every_ten_minutes", "wake", "woken_by"]


def every_ten_minutes(*, from_minute: int) -> CronTriggerTimetable:
    """Return the schedule of every ten minutes, the first so many minutes past the hour."""
    return CronTriggerTimetable(f"{from_minute}-59/10 * * * *", timezone="UTC")


def woken_by(asset: Asset, *, from_minute: int) -> AssetOrTimeSchedule:
    """Return the schedule of whoever an asset wakes; a time does too, so that what a lost event left is taken up."""
    return AssetOrTimeSchedule(timetable=every_ten_minutes(from_minute=from_minute), assets=[asset])


def wake(consumer: str, events: Any, alias: AssetAlias, asset: Asset) -> None:
    """Send the asset's event where something waits in the consumer's queue; `events` are the task's outlet events."""
    from crawlers.storage import queue

    if any(queue.markers(consumer)):
        events[alias].add(asset)
