"""Write the page anew whenever the index has changed."""

from airflow.sdk import dag, task

from dags.assets import INDEX, common


@dag(
    schedule=[INDEX],
    **common(__doc__),
)
def report() -> None:
    """Keep data/report/index.html as fresh as the index."""

    @task
    def write() -> str:
        from dashboards.report import write_latest
        from indexing.dark.keep import keep_dark
        from indexing.elasticsearch.store import open_store
        from indexing.pipeline import check_config, keep_levels
        from indexing.topics.keep import keep_topics

        store, brands = open_store(), check_config()
        keep_levels(store, brands)
        keep_dark(store, brands)
        keep_topics(store, brands, again=False)
        return str(write_latest(store, brands))

    write()


report()
