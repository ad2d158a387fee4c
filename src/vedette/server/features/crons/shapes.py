"""The bodies that the crons' calls take and answer; contract: `docs/api.md`."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, StrictInt, StrictStr, model_validator

from vedette.server.features.crons.config import MOST_MINUTES, parse_schedule
from vedette.server.features.crons.schedule import Unit
from vedette.server.features.crons.timeline import Status

Minutes = Annotated[StrictInt, Field(ge=0, le=MOST_MINUTES)]
Runs = Annotated[StrictInt, Field(ge=1, le=720)]


class ScheduleShape(BaseModel):
    """A crontab line, or an interval with its unit."""

    type: Literal["crontab", "interval"]
    value: StrictInt | StrictStr
    unit: Unit | None = None


class Said(BaseModel):
    """A monitor's configuration as somebody said it, in the words of `monitor_config`; null: not said."""

    schedule: ScheduleShape | None = None
    timezone: str | None = None
    checkin_margin: Minutes | None = Field(None, description="minutes a run may be late")
    max_runtime: Annotated[Minutes, Field(ge=1)] | None = Field(None, description="minutes a run may take")
    failure_issue_threshold: Runs | None = Field(None, description="failed runs in a row until it is failing")
    recovery_threshold: Runs | None = Field(None, description="good runs in a row until it is ok again")


class MonitorForm(Said):
    """Body of `PUT crons/{slug}`: what people say stands before what code says."""

    muted: bool = False

    @model_validator(mode="after")
    def reads(self) -> Self:
        """Refuse a schedule or a time zone that does not read."""
        schedule = self.schedule or ScheduleShape(type="interval", value=1, unit="day")
        parse_schedule(schedule.model_dump(), self.timezone)
        return self


class RunCounts(BaseModel):
    """How many runs of each kind a piece of the time range has; pieces without any are left out."""

    time: str
    ok: int = 0
    error: int = 0
    timeout: int = 0
    missed: int = 0
    in_progress: int = 0


class MonitorEnvironment(BaseModel):
    """A monitor in one environment."""

    environment: str
    status: Literal["ok", "failing", "waiting"]
    since: str | None = Field(description="when it became so")
    last_run: str | None = Field(description="when a run was last heard of")
    last_status: Status | None
    next_run: str | None = Field(description="when the next run is expected")
    looked_since: str | None = Field(description="runs before this are not counted: there are too many")
    buckets: list[RunCounts]


class Monitor(BaseModel):
    """A job that must run at its times."""

    slug: str
    schedule: str = Field(description="in English; empty: none is known, so no run is missed")
    timezone: str
    problem: str = Field(description="why what was said is not, or not all, in force")
    muted: bool
    environments: list[MonitorEnvironment]


class Monitors(BaseModel):
    """Answer of `GET crons`. `bucket_seconds` is the length of a bucket."""

    bucket_seconds: int
    items: list[Monitor]


class RunShape(BaseModel):
    """One run of a monitor; a missed one has the time at which it was expected."""

    time: str
    status: Status
    environment: str
    check_in_id: str
    duration_ms: int | None
    release: str
    trace_id: str
    errors: int = Field(description="different errors in its trace")


class MonitorDetail(Monitor):
    """Answer of `GET crons/{slug}`: also its newest runs in the range, and who said what."""

    bucket_seconds: int
    runs: list[RunShape]
    more_runs: bool = Field(description="the range has older runs than these")
    by_code: dict[str, Any] = Field(description="the newest monitor_config, as sent")
    by_people: Said
    checkin_margin: int
    max_runtime: int
    failure_issue_threshold: int
    recovery_threshold: int
