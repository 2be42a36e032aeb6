"""`config/cases.yaml`: which complaints open a case, when one opens again, and when people work on them."""

from datetime import time, timedelta
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from config import settings
from config.duration import Duration
from config.load import load

__all__ = ["CaseRules", "WorkHours", "load_case_rules"]


class WorkHours(BaseModel):
    """When people work, on working days in China, by the clocks of Asia/Shanghai."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    begin: time = time(9)
    end: time = time(18)

    @model_validator(mode="after")
    def _lasting(self) -> "WorkHours":
        if self.begin >= self.end:
            raise ValueError(f"begin: {self.begin:%H:%M} is not before the end, {self.end:%H:%M}: exchange them")
        return self


class CaseRules(BaseModel):
    """The whole file; each part has its default, and so has a missing file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = "cases"
    open_for: Duration = timedelta(days=30)
    """How old a negative mention may be to open a case; older ones are history."""
    reopen_within: Duration = timedelta(days=14)
    """For how long after its resolution a case opens again, instead of a new one."""
    least_weight: Annotated[float, Field(ge=0, le=1)] = 0.5
    """How sure the link to the customer must be."""
    hours: WorkHours = WorkHours()


def load_case_rules(path: Path | None = None) -> CaseRules:
    """Return what config/cases.yaml says, or the defaults where there is no such file."""
    path = path or settings.config_dir() / "cases.yaml"
    return load(path, CaseRules) if path.exists() else CaseRules()
