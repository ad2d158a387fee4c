"""Errors that arrive, read through the maps that are there already: so that every build's are grouped alike.

A project without maps costs a look into a dictionary. Of one that has them, what was read before is answered from
memory; the rest on threads of its own, for a few seconds at most.
"""

import asyncio
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from sqlalchemy import func, select

from vedette.server.features.source_maps.catalog import Missing, Stamp, find_map
from vedette.server.features.source_maps.keeping import Keeping
from vedette.server.features.source_maps.lookup import READERS, Answer, MapFile, Position, Unreadable
from vedette.server.features.source_maps.stacks import Build, Place, Script, Stacks, read_stacks, source_names
from vedette.server.grouping import Names
from vedette.server.metadata.source_maps import SourceBundle

log = logging.getLogger("vedette.source_maps")

PATIENCE_SECONDS = 15.0  # that a client waits for its error to be read
MOST_WAITING = 50  # errors; further ones are stored at once, as they were sent
BUDGET_SECONDS = 20.0
MOST_SCRIPTS = 2000  # whose maps are remembered, 0.5 KB each
RELOAD_SECONDS = 5.0

Key = tuple[int, Stamp, Script, Build]


class Arriving:
    """The `Symbolicator` that ingestion is given."""

    def __init__(self, keeping: Keeping) -> None:
        self._keeping = keeping
        self._stamps: dict[int, Stamp] = {}
        self._maps: OrderedDict[Key, MapFile | Missing] = OrderedDict()
        self._lock = threading.Lock()
        self._waiting = 0
        self._budget = Budget(BUDGET_SECONDS)
        self._threads = ThreadPoolExecutor(READERS, "source-maps")
        keeping.changed.append(self.reload)
        self.reload()

    def knows(self, project_id: int) -> bool:
        """Whether the project has uploaded anything; from memory."""
        return project_id in self._stamps

    async def read(self, project_id: int, payload: Mapping[str, Any]) -> Names:
        """The names of those frames that a map knows. Never raises; see `http.symbolication`."""
        stamp, stacks = self._stamps.get(project_id), read_stacks(payload)
        if stamp is None or not stacks.places:
            return {}
        known = self._remembered(project_id, stamp, stacks)
        if known is not None:
            return known
        if self._waiting >= MOST_WAITING or not self._budget.is_left(project_id):
            log.warning("an error of project %s is grouped by minified frames: too many maps are read", project_id)
            return {}
        self._waiting += 1
        try:
            reading = asyncio.get_running_loop().run_in_executor(self._threads, self._find, project_id, stamp, stacks)
            return await asyncio.wait_for(reading, PATIENCE_SECONDS)
        except Exception as error:  # a slow disk or database must not keep an error from being stored
            log.warning("an error of project %s is grouped by minified frames: %r", project_id, error)
            return {}
        finally:
            self._waiting -= 1

    def reload(self) -> None:
        """See what projects have uploaded. Blocking; called whenever that changes in this process."""
        latest = select(SourceBundle.project_id, func.count(), func.max(SourceBundle.uploaded_at))
        with self._keeping.metadata.session() as session:
            rows = session.execute(latest.group_by(SourceBundle.project_id)).all()
        self._stamps = {project_id: (count, str(uploaded_at)) for project_id, count, uploaded_at in rows}

    async def keep_fresh(self) -> None:
        """Reload every few seconds until cancelled, for what other processes change."""
        while True:
            await asyncio.sleep(RELOAD_SECONDS)
            try:
                await asyncio.to_thread(self.reload)
            except Exception as error:
                log.warning("source maps cannot be read, the last known are used: %s", error)

    def close(self) -> None:
        """Let go of the threads; a map that is being read is read to its end."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _remembered(self, project_id: int, stamp: Stamp, stacks: Stacks) -> Names | None:
        """The names, if they need no reading."""
        names: dict[tuple[int, int], dict[str, Any]] = {}
        for script, places in stacks.places.items():
            with self._lock:
                map_ = self._maps.get((project_id, stamp, script, stacks.build))
            answers = self._answers_in_memory(map_, _positions(places)) if map_ else None
            if answers is None:
                return None
            _add(names, places, answers)
        return names

    def _answers_in_memory(
        self, map_: MapFile | Missing, wanted: Sequence[Position]
    ) -> Mapping[Position, Answer] | None:
        if isinstance(map_, Missing):
            return {}
        try:
            found = self._keeping.lookup.remembered(map_, wanted)
        except Unreadable:
            return {}
        return found if len(found) == len(set(wanted)) else None

    def _find(self, project_id: int, stamp: Stamp, stacks: Stacks) -> Names:
        names: dict[tuple[int, int], dict[str, Any]] = {}
        began = time.monotonic()
        try:
            for script, places in stacks.places.items():
                map_, wanted = self._map(project_id, stamp, script, stacks.build), _positions(places)
                if isinstance(map_, MapFile):
                    with suppress(Unreadable):  # of which the page of the stack trace tells
                        answers = self._keeping.lookup.positions(map_, wanted)
                        _add(names, places, dict(zip(wanted, answers, strict=True)))
        finally:
            self._budget.spend(project_id, time.monotonic() - began)
        return names

    def _map(self, project_id: int, stamp: Stamp, script: Script, build: Build) -> MapFile | Missing:
        key = (project_id, stamp, script, build)
        with self._lock:
            if key in self._maps:
                self._maps.move_to_end(key)
                return self._maps[key]
        with self._keeping.metadata.session() as session:
            map_ = find_map(session, project_id, script.file, script.debug_id, build, self._keeping.path)
        with self._lock:
            self._maps[key] = map_
            while len(self._maps) > MOST_SCRIPTS:
                self._maps.popitem(last=False)
        return map_


class Budget:
    """Seconds of reading that a project's errors may cost each minute. Keys of browsers are public: who makes errors
    up, each at another place in a large file, would otherwise keep us reading."""

    def __init__(self, seconds: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._minute = 0
        self._spent: dict[int, float] = {}
        self._lock = threading.Lock()

    def is_left(self, project_id: int) -> bool:
        """Whether the project may have more read in this minute."""
        with self._lock:
            self._turn()
            return self._spent.get(project_id, 0.0) < self._seconds

    def spend(self, project_id: int, seconds: float) -> None:
        """Note what a reading took."""
        with self._lock:
            self._turn()
            self._spent[project_id] = self._spent.get(project_id, 0.0) + seconds

    def _turn(self) -> None:
        minute = int(self._clock() // 60)
        if minute != self._minute:
            self._minute, self._spent = minute, {}


def _positions(places: Sequence[Place]) -> list[Position]:
    return [place.position for place in places if place.position]


def _add(
    names: dict[tuple[int, int], dict[str, Any]], places: Sequence[Place], answers: Mapping[Position, Answer]
) -> None:
    for place in places:
        answer = answers.get(place.position) if place.position else None
        if answer and "outside" not in answer:
            names[(place.exception, place.number)] = source_names(place.frame, answer)
