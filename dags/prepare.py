"""Make Airflow's database and the pools that the DAGs name: `python -m dags.prepare`, before the scheduler starts.

A feed's pool has one slot, so that no platform is asked by two crawls at a time.
"""

from crawlers.feeds import feeds

__all__ = ["prepare"]


def prepare() -> None:
    """Bring the database of AIRFLOW_HOME up to date, and create each feed's pool that is not there yet."""
    from airflow.models.pool import Pool
    from airflow.utils.db import initdb

    initdb()
    for feed in feeds():
        if Pool.get_pool(f"feed_{feed}") is None:
            Pool.create_or_update_pool(
                f"feed_{feed}", slots=1, description=f"One crawl of {feed} at a time", include_deferred=True
            )


if __name__ == "__main__":
    prepare()
