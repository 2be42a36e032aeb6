"""Analyse the posts that have just been crawled."""

from airflow.sdk import dag, task

from dags.assets import MENTIONS, POSTS, common


@dag(
    schedule=[POSTS],
    **common(__doc__),
)
def analyse() -> None:
    """Turn every batch of posts that is not analysed yet into mentions."""

    @task(outlets=[MENTIONS])
    def match_and_score() -> dict[str, int]:
        from indexing.elasticsearch.store import open_store
        from indexing.pipeline import analyse_all, check_config

        return analyse_all(check_config(), open_store())

    match_and_score()


analyse()
