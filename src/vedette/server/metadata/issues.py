"""What people decided about issues. An issue itself is a GROUP BY over `errors`; these rows are laid over it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from vedette.server.metadata.models import Base, now

FINGERPRINT = String(64)


class IssueRow(Base):
    """What was decided about the issue of one fingerprint; no row means nothing was.

    `changed_at` is when the status was set, and what `release`, `until_*` and `ceiling` count from.
    """

    __tablename__ = "issues"
    __table_args__ = (UniqueConstraint("project_id", "fingerprint"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    fingerprint: Mapped[str] = mapped_column(FINGERPRINT)
    status: Mapped[str] = mapped_column(String(16), default="unresolved")
    substatus: Mapped[str] = mapped_column(String(16), default="")
    changed_at: Mapped[datetime | None]
    resolution: Mapped[str] = mapped_column(String(16), default="")
    release: Mapped[str] = mapped_column(default="")
    archived_until: Mapped[str] = mapped_column(String(16), default="")
    until_time: Mapped[datetime | None]
    until_count: Mapped[int | None]
    ceiling: Mapped[int | None]
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    priority: Mapped[str] = mapped_column(String(8), default="")
    discarded: Mapped[bool] = mapped_column(default=False)
    title: Mapped[str] = mapped_column(default="")  # of a discarded issue, which has no rows that say it


class IssueMerge(Base):
    """A fingerprint that belongs to another one's issue, which may itself belong to a third's."""

    __tablename__ = "issue_merges"

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(FINGERPRINT, primary_key=True)
    parent: Mapped[str] = mapped_column(FINGERPRINT)
    merged_at: Mapped[datetime] = mapped_column(default=now)


class IssueActivity(Base):
    """Something that happened to an issue, or that someone said about it. `data` is JSON; no user: the server."""

    __tablename__ = "issue_activity"
    __table_args__ = (Index("ix_issue_activity_fingerprint", "project_id", "fingerprint"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    fingerprint: Mapped[str] = mapped_column(FINGERPRINT)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    kind: Mapped[str] = mapped_column(String(16))
    data: Mapped[str] = mapped_column(Text, default="{}")
    created_at: Mapped[datetime] = mapped_column(default=now)
    edited_at: Mapped[datetime | None]


class IssueSearch(Base):
    """A search someone keeps; `shared` shows it to the whole project."""

    __tablename__ = "issue_searches"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str]
    query: Mapped[str] = mapped_column(Text)
    sort: Mapped[str] = mapped_column(String(16))
    shared: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(default=now)
