"""What people decided about feedback, read and written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from vedette.server.metadata.feedback import FeedbackRow
from vedette.server.metadata.models import User, now


@dataclass(frozen=True, slots=True)
class Decision:
    """`changed_by` is id, e-mail and name; None for an API token, or somebody who is gone."""

    status: str = "new"
    changed_at: datetime | None = None
    changed_by: tuple[int, str, str] | None = None


UNDECIDED = Decision()


def decisions(session: Session, project_id: int) -> dict[str, Decision]:
    """Everything that was decided in a project, by feedback."""
    rows = session.execute(
        select(FeedbackRow.feedback_id, FeedbackRow.status, FeedbackRow.changed_at, User.id, User.email, User.name)
        .outerjoin(User, User.id == FeedbackRow.changed_by)
        .where(FeedbackRow.project_id == project_id)
    )
    return {
        feedback_id: Decision(status, changed_at, (user_id, email, name) if user_id is not None else None)
        for feedback_id, status, changed_at, user_id, email, name in rows
    }


def decide(session: Session, project_id: int, ids: Sequence[str], status: str, user_id: int | None) -> None:
    """Let this be the status of all of them."""
    mine = FeedbackRow.project_id == project_id
    session.execute(delete(FeedbackRow).where(mine, FeedbackRow.feedback_id.in_(ids)))
    if status != "new":
        changed_at = now()
        session.add_all(
            FeedbackRow(
                project_id=project_id, feedback_id=one, status=status, changed_by=user_id, changed_at=changed_at
            )
            for one in ids
        )
