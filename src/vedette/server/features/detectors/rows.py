"""A finding → a row of `errors`, so that it becomes an issue like any other."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from vedette.server.features.detectors.detect import TITLES, Call, Finding, Parent
from vedette.server.features.detectors.patterns import plain_path
from vedette.server.http.listing import exact_time
from vedette.server.http.rules import ProjectRules

VERSION = 1  # of what makes a fingerprint: a new one makes new issues
MOST_SPANS = 20
LONGEST_TITLE = 200
DEEPEST = 200


@dataclass(frozen=True, slots=True)
class Located:
    """A finding and where it is: the span that made the calls, and the one that began the transaction."""

    finding: Finding
    parent: Parent | None
    entry: Parent | None

    @property
    def event_id(self) -> str:
        """The same whenever the trace is looked at. Of calls in a row more may come in later, and it stays one."""
        finding = self.finding
        pattern = "" if finding.detector.startswith("consecutive") else finding.pattern
        parts = (finding.first.trace_id, finding.first.parent_span_id, finding.detector, pattern)
        return _digest(*parts)

    @property
    def transaction(self) -> str:
        """The name of what was asked for."""
        return plain_path(self.entry.name) if self.entry else ""

    @property
    def fingerprint(self) -> str:
        """What makes it the same problem as another."""
        return _digest(str(VERSION), self.finding.detector, self.transaction, self.finding.pattern)


@dataclass(frozen=True, slots=True)
class Kept:
    """A finding's row as it was stored before: a row of the same place replaces it."""

    event_id: str
    fingerprint: str
    transaction: str
    time_us: int


def locate(finding: Finding, parents: Mapping[str, Parent]) -> tuple[Located, bool]:
    """Where a finding is, and whether that is known: all spans from its parent to the entry are there."""
    parent = parents.get(finding.first.parent_span_id)
    step, seen = parent, set[str]()
    while step is not None and not step.is_entry and step.parent_span_id and len(seen) < DEEPEST:
        seen.add(step.span_id)
        above = parents.get(step.parent_span_id)
        if above is None or above.span_id in seen:
            return Located(finding, parent, step), False
        step = above
    is_known = step is not None or not finding.first.parent_span_id
    return Located(finding, parent, step), is_known


def row(project_id: int, located: Located, kept: Kept | None, rules: ProjectRules) -> dict[str, Any]:
    """The row, at the place of the one that is there already. Secrets that were in an address are taken out."""
    finding, first = located.finding, located.finding.first
    time = exact_time((kept.time_us if kept else first.start_ns // 1000) * 1000)
    transaction = kept.transaction if kept else located.transaction
    fingerprint = kept.fingerprint if kept else located.fingerprint
    strategy = f"{finding.detector}.v{VERSION}"
    subject = subject_of(finding)
    known = (located.parent, located.entry, first)
    shared = {
        name: next((value for one in known if one and (value := getattr(one, name))), "")
        for name in ("service", "environment", "release", "session_id", "user_id")
    }
    found: dict[str, Any] = {
        "project_id": project_id,
        "time": time,
        "event_id": located.event_id,
        "category": "performance",
        "source": "vedette",
        "level": "warning" if finding.detector.startswith("n_plus_one") else "info",
        "type": TITLES[finding.detector],
        "value": subject,
        "title": f"{TITLES[finding.detector]}: {subject}"[:LONGEST_TITLE],
        "culprit": transaction,
        "mechanism": "detector",
        "transaction": transaction,
        "fingerprint": fingerprint,
        "fingerprints": [f"{strategy}:{fingerprint}"],
        **shared,
        "trace_id": first.trace_id,
        "span_id": first.parent_span_id or first.span_id,
        "user_email": located.entry.user_email if located.entry else "",
        "url": located.entry.url if located.entry else "",
        "tags": _tags(finding),
        "payload": _payload(located, time, transaction, shared),
    }
    rules.scrubbing.scrub(found)
    why = {"by": "detector", "fingerprint": [finding.detector, transaction, *finding.pattern.split("\n")]}
    found["grouping"] = orjson.dumps(rules.scrubbing.scrub(why)).decode()
    found["payload"] = orjson.dumps(found["payload"]).decode()
    return found


def subject_of(finding: Finding) -> str:
    """What the finding is about, in a line."""
    patterns = finding.pattern.split("\n")
    if len(patterns) > 1:
        return f"{patterns[0]} and {len(patterns) - 1} more"
    return patterns[0]


def _tags(finding: Finding) -> dict[str, str]:
    first = finding.first
    tags = {"detector": finding.detector}
    if first.what == "db" and first.system:
        tags["db.system"] = first.system
    if first.what == "http":
        tags["host"] = first.text.partition(" ")[2].partition("://")[2].partition("/")[0]
    return {name: value[:LONGEST_TITLE] for name, value in tags.items() if value}


def _payload(located: Located, time: str, transaction: str, shared: Mapping[str, str]) -> dict[str, Any]:
    """The event in the shape that error screens read; `performance` is the evidence."""
    finding, parent = located.finding, located.parent
    evidence: dict[str, Any] = {
        "detector": finding.detector,
        "pattern": finding.pattern,
        "count": len(finding.calls),
        "total_ns": finding.total_ns,
        "savable_ns": finding.savable_ns,
        "longest_ns": max(call.duration_ns for call in finding.calls),
        "bytes": max(call.bytes for call in finding.calls),
        "parent": None,
        "spans": [_span(call) for call in _shown(finding)],
    }
    if parent is not None:
        names = ("span_id", "name", "op", "start_ns", "duration_ns", "service")
        evidence["parent"] = {name: getattr(parent, name) for name in names}
    return {
        "event_id": located.event_id,
        "timestamp": time,
        "transaction": transaction,
        "contexts": {
            "trace": {
                "trace_id": finding.first.trace_id,
                "span_id": finding.first.parent_span_id,
                "op": parent.op if parent else "",
            }
        },
        "environment": shared["environment"],
        "release": shared["release"],
        "performance": evidence,
    }


def _shown(finding: Finding) -> list[Call]:
    """Up to 20 of the calls: the first ones, or of slow and large ones those that took longest; by their start."""
    calls = list(finding.calls)
    if finding.detector in ("slow_db", "large_http"):
        calls.sort(key=lambda call: -call.duration_ns)
    return sorted(calls[:MOST_SPANS], key=lambda call: (call.start_ns, call.span_id))


def _span(call: Call) -> dict[str, Any]:
    return {
        "span_id": call.span_id,
        "start_ns": call.start_ns,
        "duration_ns": call.duration_ns,
        "text": call.text[:1000],
        "bytes": call.bytes,
    }


def _digest(*parts: str) -> str:
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()
