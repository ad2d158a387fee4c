"""The event registry: product events as typed classes, their documentation and their lock file."""

from vedette.sdk.schema.event import Event, Violation, field
from vedette.sdk.schema.shapes import Money
from vedette.sdk.schema.violations import report

__all__ = ["Event", "Money", "Violation", "field", "report"]
