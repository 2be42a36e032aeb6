"""When a DAG runs that an asset wakes or that has work now and then; minutes apart, so that they do not meet."""

from airflow.sdk import Asset, AssetOrTimeSchedule, CronTriggerTimetable

__all__ = ["every_ten_minutes", "woken_by"]


def every_ten_minutes(*, from_minute: int) -> CronTriggerTimetable:
    """Return the schedule of every ten minutes, the first so many minutes past the hour."""
    return CronTriggerTimetable(f"{from_minute}-59/10 * * * *", timezone="UTC")


def woken_by(asset: Asset, *, from_minute: int) -> AssetOrTimeSchedule:
    """Return the schedule of whoever an asset wakes; a time does too, so that what a lost event left is taken up."""
    return AssetOrTimeSchedule(timetable=every_ten_minutes(from_minute=from_minute), assets=[asset])
