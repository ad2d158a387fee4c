"""What can be bought."""

from vedette import Money

PRICE_CENTS = {"free": 0, "team": 2900, "business": 9900}
QUOTA = {"free": 50, "team": 1000, "business": 20_000}
"""Workflow runs a day."""


def traits(plan: str) -> dict[str, object]:
    """What is kept with a customer about their plan."""
    return {"plan": plan, "mrr": PRICE_CENTS.get(plan, 0)}


def change(organization_id: str, before: str, plan: str, provider_event_id: str) -> dict[str, object]:
    """What every event about a change of a subscription says."""
    return {
        "organization_id": organization_id,
        "subscription_id": organization_id.replace("org_", "sub_"),
        "provider_event_id": provider_event_id,
        "plan": plan,
        "interval": "month",
        "mrr": Money(PRICE_CENTS[plan], "USD"),
        "mrr_delta": Money(PRICE_CENTS[plan] - PRICE_CENTS[before], "USD"),
        "source": "app",
    }
