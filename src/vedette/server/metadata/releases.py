"""What was said about releases. A release itself is what errors, sessions and spans name; these rows are laid over."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from vedette.server.metadata.models import Base, now


class ReleaseRow(Base):
    """A release that somebody named: created by hand, by a deploy or with an upload; `released_at` when finalized."""

    __tablename__ = "releases"
    __table_args__ = (UniqueConstraint("project_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    version: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)
    released_at: Mapped[datetime | None]
    ref: Mapped[str] = mapped_column(default="")
    url: Mapped[str] = mapped_column(String(2048), default="")


class ReleaseCommit(Base):
    """A commit of a release, the newest first by `position`; `files` is a JSON list of the paths it changed."""

    __tablename__ = "release_commits"
    __table_args__ = (Index("ix_release_commits_release", "release_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("releases.id", ondelete="CASCADE"))
    position: Mapped[int]
    sha: Mapped[str] = mapped_column(String(64))
    repository: Mapped[str]
    author_name: Mapped[str]
    author_email: Mapped[str] = mapped_column(String(320))
    message: Mapped[str] = mapped_column(Text)
    committed_at: Mapped[datetime | None]
    files: Mapped[str] = mapped_column(Text)


class Deploy(Base):
    """A release brought to an environment."""

    __tablename__ = "deploys"
    __table_args__ = (Index("ix_deploys_release", "release_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("releases.id", ondelete="CASCADE"))
    environment: Mapped[str] = mapped_column(String(64))
    name: Mapped[str]
    url: Mapped[str] = mapped_column(String(2048))
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime]
