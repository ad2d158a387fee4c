"""What people decided about users' feedback. The feedback itself is telemetry; these rows are laid over it."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from vedette.server.metadata.models import Base, now


class FeedbackRow(Base):
    """The status of one feedback, `resolved` or `spam`; no row means that it is new."""

    __tablename__ = "feedback_decisions"

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True)
    feedback_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    status: Mapped[str] = mapped_column(String(16))
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    changed_at: Mapped[datetime] = mapped_column(default=now)
