"""What people decided about cron monitors. A monitor itself is what check-ins name; these rows are laid over."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from vedette.server.metadata.models import Base


class MonitorRow(Base):
    """Settings of one monitor; `document` is JSON in the words of `monitor_config` and holds since `changed_at`.

    `kept` shows it before its first check-in; check-ins up to `deleted_at` are forgotten.
    """

    __tablename__ = "monitors"
    __table_args__ = (UniqueConstraint("project_id", "slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    slug: Mapped[str] = mapped_column(String(128))
    document: Mapped[str] = mapped_column(Text)
    muted: Mapped[bool] = mapped_column(default=False)
    kept: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
