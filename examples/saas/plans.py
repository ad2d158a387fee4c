"""What can be bought."""

PRICE_CENTS = {"free": 0, "team": 2900, "business": 9900}
QUOTA = {"free": 50, "team": 1000, "business": 20_000}
"""Workflow runs a day."""
