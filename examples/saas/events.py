"""The product events of the SaaS: those every SaaS has, and its own.

`vedette schema check saas.events` compares them with `vedette-events.lock.json`, `vedette schema push` shows them in
the web app beside what was really sent.
"""

from typing import Annotated, Literal

from vedette import Event, field
from vedette import events as standard
from vedette.events import (
    AccountCreated,
    Activated,
    CheckoutStarted,
    InviteAccepted,
    PaymentFailed,
    PlanUpgraded,
    SubscriptionCancelled,
    UserInvited,
)

__all__ = [
    "AccountCreated",
    "Activated",
    "CheckoutStarted",
    "InviteAccepted",
    "LoggedIn",
    "PaymentFailed",
    "PlanUpgraded",
    "QuotaExceeded",
    "ReportViewed",
    "SignedUp",
    "SubscriptionCancelled",
    "UserInvited",
    "WorkflowCreated",
    "WorkflowRun",
]

Kind = Annotated[
    Literal["sync_contacts", "send_digest", "enrich_leads", "import_csv"], field("Which of the four workflows")
]


class SignedUp(standard.SignedUp, version=2, owner="growth"):
    """Someone created a login, and said where they came from."""

    source: Annotated[str, field("Campaign or kind of site that led here", max_length=50)] = "direct"
    invited: Annotated[bool, field("Whether a colleague had invited them")] = False


class LoggedIn(Event, owner="growth"):
    """Someone logged in."""

    plan: Annotated[str, field("Their plan; unknown while billing does not answer", max_length=100)]


class WorkflowCreated(Event, owner="product"):
    """Someone set a workflow up."""

    kind: Kind


class WorkflowRun(Event, owner="product"):
    """A workflow ran to its end."""

    kind: Kind
    outcome: Literal["succeeded", "failed"]
    rows: Annotated[int, field("What it worked on", unit="rows", ge=0)]
    duration_ms: Annotated[int, field("How long it took", unit="ms", ge=0)]


class ReportViewed(Event, owner="product"):
    """Someone read a report."""

    report: Literal["usage"]


class QuotaExceeded(Event, owner="growth"):
    """A workflow did not run, for the plan's runs of the day were used up."""

    runs_today: Annotated[int, field("Runs since yesterday", unit="runs", ge=0)]
