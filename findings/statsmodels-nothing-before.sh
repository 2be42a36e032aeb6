#!/usr/bin/env bash
# statsmodels' interval of a ratio of two counts is a single number where one of them is zero: confint_poisson_2indep(50, 24, 0, 24),
# with its defaults, goes from 13.016 to 13.016 for 50 complaints after a day with none, and from 0.260 to 0.260 for one complaint;
# the upper end should be infinite, as confint_proportions_2indep has it by the same method (score). confint_poisson(0, 1,
# method="midp-c") goes from 2.996 to 2.996, so that nothing said in an hour is "surely three". No error. Of most brands nothing was said the
# hour before: whoever alerts where the interval is narrow, or draws it, is surest where least is known. Zeros are discussed
# in github.com/statsmodels/statsmodels issues 8252 and 8313 (open) for Wald's intervals and for tests; the function's
# documents set no condition on counts. statsmodels 0.15.0, seen 2026-11-30, python3 with venv.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check statsmodels==0.15.0 scipy==1.17.1 numpy==2.4.6 pandas==3.1.1
"$folder/venv/bin/python" - <<'PYTHON'
import warnings
from importlib.metadata import version
from math import isclose, isinf

warnings.simplefilter("ignore")
from statsmodels.stats.proportion import confint_proportions_2indep
from statsmodels.stats.rates import confint_poisson, confint_poisson_2indep

print("statsmodels", version("statsmodels"))
changed = []
for today, before, expected in ((50, 1, "an interval"), (50, 0, "up to infinity"), (1, 0, "up to infinity"), (0, 50, "from 0")):
    low, high = confint_poisson_2indep(today, 24, before, 24)
    print(f"{today} against {before} in 24 hours each: expected {expected}, found {low:.3f} to {high:.3f}")
    point = isclose(low, high, rel_tol=1e-5)
    changed += [] if point == (before == 0 or today == 0) else [f"{today} {before}"]
low, high = confint_proportions_2indep(50, 1_000, 0, 1_000, method="score", compare="ratio")
print(f"50 of 1,000 against 0 of 1,000, as proportions by score: {low:.3f} to {high:.3f}")
changed += [] if isinf(high) else ["proportions"]
low, high = confint_poisson(0, 1, method="midp-c")
print(f"none in an hour, midp-c: expected 0.000 to 2.996, found {low:.3f} to {high:.3f}")
changed += [] if isclose(low, high, rel_tol=1e-5) else ["midp-c"]
raise SystemExit(f"computed otherwise now: {changed}" if changed else 0)
PYTHON
