"""`python -m nlp.training --data DIR --out DIR`: train every shipped model; run it again after a kill, it goes on."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

from nlp.training.simple import Simple


def main() -> None:
    """Read the arguments and run the job."""
    parser = argparse.ArgumentParser(prog="python -m nlp.training", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the research data's folder")
    parser.add_argument("--out", type=Path, required=True, help="where the models go")
    parser.add_argument("--work", type=Path, help="where checkpoints go (default: OUT/work)")
    parser.add_argument("--csv", type=Path, help="your own labelled rows: text, sentiment, target")
    parser.add_argument("--without", nargs="*", default=[], help="corpora to leave out, to measure them as never seen")
    parser.add_argument(
        "--ngrams", action="store_true", help="all but the encoder, without PyTorch: minutes, not hours"
    )
    parser.add_argument(
        "--stances", action="store_true", help="the head of sentiment towards a target alone, beside the models in OUT"
    )
    parser.add_argument(
        "--hands",
        action="store_true",
        help="the encoder's last round alone, on the judge in OUT, and what stands above it",
    )
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    work = given.work or given.out / "work"
    without = frozenset(given.without)
    if given.stances or given.ngrams:
        simple = Simple(data=given.data, out=given.out, table=given.csv, without=without, seed=given.seed)
        simple.stances(simple.rows()[1]) if given.stances else simple.run()
        return
    from nlp.training.pipeline import Job  # needs PyTorch

    job = Job(data=given.data, work=work, out=given.out, table=given.csv, without=without, seed=given.seed)
    job.hands() if given.hands else job.run()


if __name__ == "__main__":
    main()
