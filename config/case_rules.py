"""`config/cases.yaml`: which complaints open a case, when one opens again, and when people work on them."""

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from config import settings
from config.brand import Brand
from config.duration import Duration
from config.load import ConfigError, load, where
from config.shift import Clock, clock

__all__ = ["CaseRules", "WorkHours", "check_case_rules", "load_case_rules"]


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class WorkHours(BaseModel):
    """When people work, on working days in China, by the clocks of Asia/Shanghai."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    begin: Clock = 9 * 60
    end: Clock = 18 * 60

    @model_validator(mode="after")
    def _lasting(self) -> "WorkHours":
        if self.begin >= self.end:
            begin, end = map(clock, (self.begin, self.end))
            raise ValueError(f"begin: {begin} is not before the end, {end}: exchange them")
        return self


class CaseRules(BaseModel):
    """The whole file; each part has its default, and so has a missing file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = "cases"
    brands: tuple[Text, ...] = ()
    """Our own brands, by their ids: profiles and cases are about these; about all where none is named."""
    open_for: Duration = timedelta(days=30)
    """How old a negative mention may be to open a case; older ones are history."""
    reopen_within: Duration = timedelta(days=14)
    """For how long after its resolution a case opens again, instead of a new one."""
    least_weight: Annotated[float, Field(ge=0, le=1)] = 0.5
    """How sure the link to the customer must be."""
    hours: WorkHours = WorkHours()


def check_case_rules(rules: CaseRules, brands: Iterable[Brand]) -> None:
    """Raise ConfigError where a brand is named that there is not."""
    known = {brand.id for brand in brands}
    for place, brand in enumerate(rules.brands):
        if brand not in known:
            there = ", ".join(sorted(known)) or "none yet"
            fault = where(settings.config_dir() / "cases.yaml", "brands", place)
            raise ConfigError(f"{fault}: there is no brand {brand!r}: there are {there}")


def load_case_rules(path: Path | None = None) -> CaseRules:
    """Return what config/cases.yaml says, or the defaults where there is no such file."""
    path = path or settings.config_dir() / "cases.yaml"
    return load(path, CaseRules) if path.exists() else CaseRules()
