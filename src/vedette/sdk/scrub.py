"""Secrets are taken out once, before a record is handed to any target. The rules are `vedette.scrubbing`."""

from collections.abc import Iterable
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan

from vedette.scrubbing import FILTERED, scrub

__all__ = ["FILTERED", "Scrubber"]


_MESSAGE = ""  # a name that no attribute has


class Scrubber:
    """The rules, and the names of fields that this application calls secret besides (setting `scrub_keys`)."""

    def __init__(self, keys: Iterable[str] = ()) -> None:
        self._keys = frozenset(key.lower() for key in keys)

    def text(self, text: str) -> str:
        """A string without the secrets in it."""
        return scrub([text])[0]  # type: ignore[no-any-return]

    def record(self, message: str, attributes: dict[str, Any]) -> str:
        """A log record: the attributes changed in place, the message returned."""
        attributes[_MESSAGE] = message
        self.document(attributes)
        return str(attributes.pop(_MESSAGE))

    def document(self, value: Any) -> Any:
        """A JSON value without secrets, changed in place."""
        if self._keys:
            self._by_name(value)
        return scrub(value)

    def attributes(self, attributes: dict[str, Any]) -> dict[str, Any]:
        """Attributes of a span or log record without secrets, changed in place."""
        for key, value in attributes.items():
            if type(value) is tuple:
                attributes[key] = list(value)
        return self.document(attributes)  # type: ignore[no-any-return]

    def span(self, span: ReadableSpan) -> None:
        """The attributes of a finished span."""
        # A finished span is read-only to all but its processors, and offers them no way to change it but this.
        bounded: Any = span._attributes
        if bounded:
            before = bounded.copy()
            after = self.attributes(before.copy())
            if not bounded.dropped or after != before:  # a plain dict is also faster to encode
                span._attributes = after

    def events(self, span: ReadableSpan) -> None:
        """The attributes of a finished span's events."""
        for event in span._events:
            if event.attributes:
                event._attributes = self.attributes(dict(event.attributes))

    def _by_name(self, value: Any) -> None:
        if isinstance(value, dict):
            for key, entry in value.items():
                if isinstance(key, str) and (key.lower() in self._keys or key.lower().rpartition(".")[2] in self._keys):
                    value[key] = FILTERED
                else:
                    self._by_name(entry)
        elif isinstance(value, list):
            for entry in value:
                self._by_name(entry)
