"""What an event says about people: links between distinct_ids, and person properties. Facts only.

Who is who is worked out at query time (`signals/persons`). Which ids never merge, and which events carry person
properties, follows PostHog (`nodejs/src/worker/ingestion/persons/*.ts`).
"""

from dataclasses import dataclass
from typing import Any

from vedette.server.protocols.posthog.event import MAX_DEPTH, Event
from vedette.server.protocols.posthog.text import depth, dump, dump_exactly, for_engine

LINKS = {
    "$identify": ("$anon_distinct_id", "identify"),
    "$create_alias": ("alias", "alias"),
    "$merge_dangerously": ("alias", "merge"),
}
NEVER_UPDATE = {"$exception", "$$heatmap"}
# Values that stand for "nobody": merging them would join strangers.
REFUSED_ANY_CASE = {
    "anonymous",
    "guest",
    "distinctid",
    "distinct_id",
    "id",
    "not_authenticated",
    "email",
    "undefined",
    "true",
    "false",
}
REFUSED_EXACT = {"[object Object]", "NaN", "None", "none", "null", "0", "00000000-0000-0000-0000-000000000000"}


@dataclass(slots=True)
class Said:
    """Rows for `identity_links` and `person_updates`, without project; `refused` says why a merge was not noted."""

    link: dict[str, Any] | None = None
    update: dict[str, Any] | None = None
    refused: str = ""


def is_refused(distinct_id: str) -> bool:
    """Whether this id can never be merged: a placeholder, quoted or not, or blank."""
    bare = distinct_id.strip().strip("\"'").strip()
    return not bare or bare in REFUSED_EXACT or bare.lower() in REFUSED_ANY_CASE


def said_about_people(event: Event) -> Said:
    """The identity facts in one event."""
    properties = event.properties
    if not event.shape.about_people and event.name not in LINKS:
        return Said()  # nearly all events
    has_profile = properties.get("$process_person_profile") is not False
    said = Said()
    if event.name in LINKS:
        _link(event, said, has_profile=has_profile)
    if not has_profile or event.name in NEVER_UPDATE:
        return said
    is_identified = event.name in LINKS
    once = _initial(properties) | _values(properties.get("$set_once"))
    always = _values(properties.get("$set"))
    unset = _names(properties.get("$unset"))
    if is_identified or always or once or unset:
        said.update = {**_base(event), "is_identified": is_identified, "set": always, "set_once": once, "unset": unset}
    return said


def _link(event: Event, said: Said, *, has_profile: bool) -> None:
    name, kind = LINKS[event.name]
    other = event.properties.get(name)
    if other is None or other == "":
        if kind != "identify":
            said.refused = f"{event.name} without properties.{name}"
        return
    source = (other if isinstance(other, str) else dump(other).decode()).strip()[:200]
    if source == event.distinct_id:
        return
    for distinct_id in (source, event.distinct_id):
        if is_refused(distinct_id):
            said.refused = f"{distinct_id!r} stands for nobody in particular; the event was kept without merging"
            return
    if not has_profile:
        said.refused = f"{event.name} with $process_person_profile: false cannot merge"
        return
    said.link = {**_base(event), "from_distinct_id": source, "kind": kind}


def _base(event: Event) -> dict[str, Any]:
    return {"distinct_id": event.distinct_id, "time": event.row["time"], "uuid": event.uuid}


def _values(value: Any) -> dict[str, str]:
    """Property values as JSON text."""
    return {_plain(key): _json(inner) for key, inner in value.items()} if isinstance(value, dict) else {}


def _initial(properties: dict[str, Any]) -> dict[str, str]:
    return {_plain(key): _json(value) for key, value in properties.items() if key.startswith("$initial_")}


def _plain(text: str) -> str:
    """The engine's JSON type writes a dot in a key as %2E, and refuses a document where the two would meet."""
    return text.replace("%2E", "%2e") if "%2E" in text else text


def _json(value: Any) -> str:
    """One value, such that the engine can build a JSON document of it when someone asks for the person."""
    text, exact = dump_exactly(value)
    if text.count(b"{") + text.count(b"[") > MAX_DEPTH and depth(text) > MAX_DEPTH:
        return f'"nested deeper than {MAX_DEPTH} levels"'
    if b"%2E" in text and not isinstance(value, str):
        text, exact = dump_exactly(_plain_keys(value))
    return (text if exact else for_engine(text)).decode()


def _plain_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {_plain(key): _plain_keys(inner) for key, inner in value.items()}
    return [_plain_keys(inner) for inner in value] if isinstance(value, list) else value


def _names(value: Any) -> list[str]:
    return [name for name in value if isinstance(name, str)] if isinstance(value, list | dict) else []
