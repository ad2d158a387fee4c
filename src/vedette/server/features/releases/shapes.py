"""The answers of the releases' calls; contract: `docs/api.md`."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from vedette.server.signals.errors.routes import ErrorGroup


class DeployShape(BaseModel):
    """A release brought to an environment."""

    model_config = ConfigDict(from_attributes=True)

    environment: str
    name: str
    url: str
    started_at: datetime | None
    finished_at: datetime


class DeployMark(DeployShape):
    """A deploy as time axes mark it."""

    release: str


class Release(BaseModel):
    """A release in a range. Percentages are null where there was no session, or no user was named."""

    version: str
    first_time: str | None = Field(description="seen first, of everything that is kept")
    last_time: str | None
    created_at: datetime | None = Field(description="somebody named it: sentry-cli, a deploy, an upload")
    released_at: datetime | None
    ref: str
    url: str
    sessions: int
    crashed: int
    errored: int
    abnormal: int
    users: int
    crashed_users: int
    crash_free_sessions: float | None
    crash_free_users: float | None
    adoption: float | None = Field(description="percent of all releases' sessions")
    adoption_users: float | None
    errors: int
    error_users: int
    spans: int
    new_issues: int = Field(description="seen in this release first, ever")
    regressed_issues: int = Field(description="resolved before, and seen again in this release first")
    deploys: list[DeployShape]


class Commit(BaseModel):
    """A commit of a release."""

    sha: str
    repository: str
    author_name: str
    author_email: str
    message: str
    committed_at: datetime | None
    files: list[str]


class SuspectCommit(Commit):
    """A commit that changed a file of an error's stack; `frame` counts from where it was raised."""

    release: str
    path: str
    frame: int


class Bucket(BaseModel):
    """A release in one bucket of time."""

    time: str
    sessions: int
    crashed: int
    errors: int


class ReleaseIssue(ErrorGroup):
    """Errors of one fingerprint in a release; `state` is new, regressed or ongoing."""

    state: str


class ReleaseDetail(Release):
    """One release with everything about it."""

    bucket_seconds: int
    buckets: list[Bucket]
    commits: list[Commit]
    issues: list[ReleaseIssue]
