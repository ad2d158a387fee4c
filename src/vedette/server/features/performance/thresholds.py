"""T of Apdex: how long a transaction may take for its user to be content. A project's, and some transactions' own."""

from typing import Annotated, Any

from pydantic import Field
from sqlalchemy.orm import Session

from vedette.server.features.rules import documents
from vedette.server.features.rules.shapes import Form

KIND = "performance"
DEFAULT_MS = 300
MILLISECOND = 1_000_000
MOST_OWN = 500

Milliseconds = Annotated[int, Field(ge=1, le=86_400_000)]
Text = Annotated[str, Field(max_length=1000)]

# The T of each row: its transaction's own, else the project's.
OWN_THRESHOLD = """transform(
            cityHash64(service, name, transaction_op),
            arrayMap(
                (service_, name_, op_) -> cityHash64(service_, name_, op_),
                {own_services:Array(String)}, {own_names:Array(String)}, {own_ops:Array(String)}),
            {own_thresholds_ns:Array(UInt64)},
            {threshold_ns:UInt64})"""
SLOT = "/* threshold */ {threshold_ns:UInt64}"


class OwnThreshold(Form):
    """The T of one transaction."""

    service: Text = ""
    name: Text
    op: Text = ""
    apdex_ms: Milliseconds


class PerformanceSettings(Form):
    """T of the project, and of transactions that have one of their own."""

    apdex_ms: Milliseconds = DEFAULT_MS
    transactions: list[OwnThreshold] = Field(default_factory=list, max_length=MOST_OWN)

    def of(self, service: str, name: str, op: str) -> int:
        """The T of one transaction in nanoseconds."""
        own = (one.apdex_ms for one in self.transactions if (one.service, one.name, one.op) == (service, name, op))
        return next(own, self.apdex_ms) * MILLISECOND

    def fill(self, sql: str) -> str:
        """A query with its slot for T filled."""
        return sql.replace(SLOT, OWN_THRESHOLD) if self.transactions else sql

    def parameters(self) -> dict[str, Any]:
        """What such a query binds."""
        own = self.transactions
        return {
            "threshold_ns": self.apdex_ms * MILLISECOND,
            "own_services": [one.service for one in own],
            "own_names": [one.name for one in own],
            "own_ops": [one.op for one in own],
            "own_thresholds_ns": [one.apdex_ms * MILLISECOND for one in own],
        }


class PerformanceForm(PerformanceSettings):
    """Settings to save; with a `version`, only if it is still the newest."""

    version: int | None = None


class SavedPerformanceSettings(PerformanceSettings):
    """The settings in force; `version` counts their changes."""

    version: int = 0


def saved(session: Session, project_id: int) -> SavedPerformanceSettings:
    """What is set, or the defaults."""
    found = documents.saved(session, project_id, KIND, PerformanceSettings)
    return SavedPerformanceSettings(**found.form.model_dump(), version=found.version)


def save(session: Session, project_id: int, form: PerformanceForm) -> SavedPerformanceSettings:
    """Replace what is set; the caller holds the organisation's lock. Of two T of one transaction the last counts.

    Raises Conflict when the form's version is not the newest.
    """
    own = {(one.service, one.name, one.op): one for one in form.transactions}
    settings = PerformanceSettings(apdex_ms=form.apdex_ms, transactions=list(own.values()))
    version, _ = documents.save(session, project_id, KIND, settings, instead_of=form.version)
    return SavedPerformanceSettings(**settings.model_dump(), version=version)
