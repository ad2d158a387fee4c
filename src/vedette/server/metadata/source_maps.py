"""Which source maps were uploaded. The bundles themselves are files in the data directory."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from vedette.server.metadata.models import Base, now


class SourceBundle(Base):
    """One uploaded bundle of one project, named by the SHA-1 of its content."""

    __tablename__ = "source_bundles"
    __table_args__ = (UniqueConstraint("project_id", "digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    digest: Mapped[str] = mapped_column(String(40))
    bytes: Mapped[int]
    uploaded_at: Mapped[datetime] = mapped_column(default=now)
    used_at: Mapped[datetime] = mapped_column(default=now)  # uploaded, or a frame was read with it; to the day


class SourceBundleRelease(Base):
    """A release and dist that a bundle was uploaded for; both may be empty."""

    __tablename__ = "source_bundle_releases"

    bundle_id: Mapped[int] = mapped_column(ForeignKey("source_bundles.id", ondelete="CASCADE"), primary_key=True)
    release: Mapped[str] = mapped_column(primary_key=True)
    dist: Mapped[str] = mapped_column(String(64), primary_key=True)


class SourceFile(Base):
    """A file in a bundle: `kind` minified_source, source_map or another; `path` is its name in the archive."""

    __tablename__ = "source_files"
    __table_args__ = (
        Index("ix_source_files_debug_id", "project_id", "debug_id"),
        Index("ix_source_files_url", "project_id", "url"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    bundle_id: Mapped[int] = mapped_column(ForeignKey("source_bundles.id", ondelete="CASCADE"))
    path: Mapped[str] = mapped_column(String(1024))
    kind: Mapped[str] = mapped_column(String(32))
    debug_id: Mapped[str] = mapped_column(String(36))
    url: Mapped[str] = mapped_column(String(1024))
    source_map: Mapped[str] = mapped_column(String(1024))  # the URL of its map, relative to its own
