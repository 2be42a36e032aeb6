"""Write the page anew whenever the index has changed."""

from airflow.sdk import dag, task

from dags.assets import DEFAULTS, INDEX


@dag(
    schedule=[INDEX],
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    tags=["tingfeng"],
    description=__doc__.partition("\n")[0],
    doc_md=__doc__,
)
def report() -> None:
    """Keep data/report/index.html as fresh as the index."""

    @task
    def write() -> str:
        from dashboards.report import write_latest
        from indexing.elasticsearch.store import open_store
        from indexing.pipeline import check_config

        return str(write_latest(open_store(), check_config()))

    write()


report()
