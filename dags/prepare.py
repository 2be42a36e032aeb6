"""Make Airflow's database: `python -m dags.prepare`, before the scheduler starts."""

__all__ = ["prepare"]


def prepare() -> None:
    """Bring the database of AIRFLOW_HOME up to date."""
    from airflow.utils.db import initdb

    initdb()


if __name__ == "__main__":
    prepare()
