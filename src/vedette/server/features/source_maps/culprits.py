"""Where the errors of a list happened, in the terms of their source: for those that were stored before their map came.

Of a page's rows only: one look at the events, one reading a map, remembered; what takes longer than a list may is read
on, and there the next time.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any

import orjson
from fastapi import Depends, Request

from vedette.server.features.source_maps.catalog import Missing, Stamp, find_map, stamp_of
from vedette.server.features.source_maps.keeping import Keeping, keeping_in
from vedette.server.features.source_maps.lookup import READERS, Answer, MapFile, Position, Unreadable
from vedette.server.features.source_maps.stacks import (
    PLATFORMS,
    Build,
    Place,
    Script,
    exceptions,
    frames,
    read_stacks,
    source_names,
    text,
)
from vedette.server.http.errors import Overloaded
from vedette.server.http.listing import TimeRange, parse_time
from vedette.server.store.client import Store
from vedette.server.store.sql import load

PATIENCE_SECONDS = 2.0  # that a list waits for maps
MOST_ROWS = 100  # of a list
MOST_REMEMBERED = 10_000  # 0.3 KB each
LONGEST = 200

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Raised:
    """The exception that an event raised: its frames, and where these are."""

    frames: list[dict[str, Any]]
    places: Mapping[Script, list[Place]]
    build: Build


class Culprits:
    """Reads where errors happened and remembers it, as long as the project uploads nothing. Thread-safe, blocking."""

    def __init__(self, keeping: Keeping) -> None:
        self._keeping = keeping
        self._known: OrderedDict[tuple[int, Stamp, str], str] = OrderedDict()
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(READERS, "source-maps-of-lists")

    def name(self, store: Store, project_id: int, rows: Sequence[Row]) -> None:
        """Rewrite the `culprit` of those rows where it is minified JavaScript; a row also has `last_event_id` and
        `last_time`, and may have `platform`."""
        minified = [row for row in rows if row.get("platform", PLATFORMS[0]) in PLATFORMS and row["culprit"]]
        minified = minified[:MOST_ROWS]
        if not minified:
            return
        with self._keeping.metadata.session() as session:
            stamp = stamp_of(session, project_id)
        if not stamp[0]:
            return
        keys = {row["last_event_id"]: (project_id, stamp, row["last_event_id"]) for row in minified}
        with self._lock:
            known = {event_id: self._known[key] for event_id, key in keys.items() if key in self._known}
        found = self._read(store, project_id, [row for row in minified if row["last_event_id"] not in known])
        with self._lock:
            for event_id, culprit in found.items():
                self._known[keys[event_id]] = culprit
            while len(self._known) > MOST_REMEMBERED:
                self._known.popitem(last=False)
        known |= found
        for row in minified:
            row["culprit"] = known.get(row["last_event_id"]) or row["culprit"]

    def _read(self, store: Store, project_id: int, rows: Sequence[Row]) -> dict[str, str]:
        """Event → where it happened; '' where its maps do not say. Without those that took too long."""
        if not rows:
            return {}
        times = [parse_time(row["last_time"], now_ns=0) for row in rows]
        range_ = TimeRange(min(times), max(times) + 1000)
        bound = {"project_id": project_id, "event_ids": [row["last_event_id"] for row in rows]}
        events = store.query(load(__package__, "payloads.sql"), {**bound, **range_.parameters()}).dicts()
        found = {row["last_event_id"]: "" for row in rows}
        raised = {row["event_id"]: _raised(row["payload"]) for row in events if not row["transaction"]}
        maps = self._maps(project_id, raised)
        answers = self._answers(maps)
        names: dict[str, dict[int, dict[str, Any]]] = {}
        for map_, places in maps.items():
            for event_id, place in places:
                if map_ not in answers:
                    found.pop(event_id, None)  # another time
                    continue
                answer = answers[map_].get(place.position) if place.position else None
                if answer and "outside" not in answer:
                    names.setdefault(event_id, {})[place.number] = source_names(place.frame, answer)
        return {event_id: _culprit(raised.get(event_id), names.get(event_id, {})) for event_id in found}

    def _maps(self, project_id: int, raised: Mapping[str, Raised]) -> dict[MapFile, list[tuple[str, Place]]]:
        """Map → the places of events that it is to be asked for."""
        found: dict[MapFile, list[tuple[str, Place]]] = {}
        known: dict[tuple[Script, Build], MapFile | Missing] = {}
        with self._keeping.metadata.session() as session:
            for event_id, one in raised.items():
                for script, places in one.places.items():
                    key = script, one.build
                    if key not in known:
                        known[key] = find_map(
                            session, project_id, script.file, script.debug_id, one.build, self._keeping.path
                        )
                    if isinstance(map_ := known[key], MapFile):
                        found.setdefault(map_, []).extend((event_id, place) for place in places)
        return found

    def _answers(self, maps: Mapping[MapFile, list[tuple[str, Place]]]) -> dict[MapFile, dict[Position, Answer]]:
        """Of each map what it says of its places; of those that were read in time."""
        reading = {
            map_: self._threads.submit(self._positions, map_, [place for _, place in places])
            for map_, places in maps.items()
        }
        wait(reading.values(), timeout=PATIENCE_SECONDS)
        found = {}
        for map_, one in reading.items():
            if one.done():
                with suppress(Overloaded):
                    found[map_] = one.result()
        return found

    def _positions(self, map_: MapFile, places: Iterable[Place]) -> dict[Position, Answer]:
        wanted = list(dict.fromkeys(place.position for place in places if place.position))
        try:
            return dict(zip(wanted, self._keeping.lookup.positions(map_, wanted), strict=True))
        except Unreadable:  # of which the page of the stack trace tells
            return {}


def get_culprits(request: Request) -> Culprits:
    """Those of the app that serves this request."""
    state = request.app.state
    if not hasattr(state, "culprits"):
        state.culprits = Culprits(keeping_in(request.app))
    culprits: Culprits = state.culprits
    return culprits


CulpritsDep = Annotated[Culprits, Depends(get_culprits)]


def _raised(payload: str) -> Raised:
    read = orjson.loads(payload or "{}")
    event = read if isinstance(read, dict) else {}  # stored by something that is not us
    stacks, thrown = read_stacks(event), exceptions(event)
    number = len(thrown) - 1
    mine = {
        script: [place for place in places if place.exception == number] for script, places in stacks.places.items()
    }
    places = {script: found for script, found in mine.items() if found}
    return Raised(frames(thrown[-1]) if thrown else [], places, stacks.build)


def _culprit(raised: Raised | None, names: Mapping[int, Mapping[str, Any]]) -> str:
    """File and function of the innermost frame that is the application's; '' where no map says it."""
    called = [{**frame, **names.get(place, {})} for place, frame in enumerate(raised.frames)] if raised else []
    own = [place for place, frame in enumerate(called) if frame.get("in_app") is True] or range(len(called))
    if not own or own[-1] not in names:
        return ""
    file, function = text(called[own[-1]].get("filename")), text(called[own[-1]].get("function"))
    return f"{file} in {function}"[:LONGEST] if function else file[:LONGEST]
