"""Take secrets out of the few batches in whose rows the prefilter sees one.

posthog-js puts the project's token into the properties of every event. It is public and stays.
"""

from contextlib import suppress
from typing import Any

from vedette.scrubbing import FILTERED
from vedette.server.http.keys import IngestKey
from vedette.server.http.scrubbing import ScrubbingRules
from vedette.server.protocols.posthog.body import TOKENS, token_of
from vedette.server.protocols.posthog.text import TooDeep, dump


def may_hold_secrets(text: bytes, key: IngestKey, rules: ScrubbingRules) -> bool:
    """Whether encoded events may hold anything but the project's own token."""
    if not rules.suspects(text):
        return False
    return not key.key or rules.suspects(text.replace(key.key.encode(), FILTERED.encode()))


def scrub_events(events: list[Any], key: IngestKey, rules: ScrubbingRules) -> int:
    """Take secrets out of events as they were sent, in place; returns how many values were changed."""
    return sum(_scrub(event, key, rules) for event in events if isinstance(event, dict))


def _scrub(event: dict[str, Any], key: IngestKey, rules: ScrubbingRules) -> int:
    with suppress(TooDeep):  # it will be refused
        if not may_hold_secrets(dump(event), key, rules):
            return 0
    tokens = {name: event[name] for name in TOKENS if name in event}
    sent = {name: value for name, value in event.items() if name not in TOKENS}
    own = token_of({"properties": sent.get("properties")})
    if own:  # whether it is this project's is looked at later
        del sent["properties"]["token"]
    _, count = rules.scrub_suspect(sent)
    if own:
        sent["properties"]["token"] = own
    event |= sent | tokens
    return count
