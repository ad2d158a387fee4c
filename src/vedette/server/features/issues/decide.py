"""What people do with issues: resolve, archive, assign, merge, delete. Each is written down as activity."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from vedette.server.features.issues import queries
from vedette.server.features.issues.merges import members, merged, unmerged
from vedette.server.features.issues.overlay import (
    AT_ONCE,
    Overlay,
    read_overlay,
    say,
    to_ns,
    write_decisions,
    write_parents,
)
from vedette.server.features.issues.releases import latest_like
from vedette.server.features.issues.shapes import DeleteForm, IssueChange, MergeForm
from vedette.server.features.issues.states import HISTORY_HOURS, HOUR, Decision, ceiling
from vedette.server.http.access import Access, Services
from vedette.server.http.errors import BadRequest, Conflict, NotFound
from vedette.server.http.listing import TimeRange, exact_time
from vedette.server.metadata.engine import lock_organisation
from vedette.server.metadata.issues import IssueActivity, IssueRow
from vedette.server.metadata.models import now

MOST_MERGED = 1000  # fingerprints that one issue may have


@dataclass(frozen=True, slots=True)
class Desk:
    """Who decides, in which project, and with what."""

    services: Services
    access: Access
    project_id: int

    def overlay(self) -> Overlay:
        """What was decided so far."""
        with self.services.metadata.session() as session:
            return read_overlay(session, self.project_id, self.access.organisation_id)

    def say(self, session: Session, issues: Iterable[str], kind: str, data: Mapping[str, Any]) -> None:
        """Write down what was done."""
        say(session, self.project_id, issues, kind, data, self.access.user_id)


def known_issues(desk: Desk, overlay: Overlay, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The issues that these ids belong to, with what is known of each. Raises NotFound when one was never seen."""
    issues = list(dict.fromkeys(overlay.issue_of(one) for one in ids))
    known = queries.known(desk.services.store, desk.project_id, overlay, issues)
    if missing := [issue for issue in issues if issue not in known]:
        raise NotFound(
            f"{len(missing)} of {len(issues)} issues are not there", hint="they may have been deleted meanwhile"
        )
    return {issue: known[issue] for issue in issues}


def change(desk: Desk, form: IssueChange, known: Mapping[str, Mapping[str, Any]]) -> None:
    """Apply a change to issues. `known`: issue → what `known.sql` says of it."""
    overlay = desk.overlay()
    given = form.model_fields_set
    assignee_id = _assignee(desk, overlay, form) if "assignee" in given else None
    now_ns = time.time_ns()
    statuses = _statuses(desk, overlay, form, known, now_ns) if form.status else {}
    with desk.services.metadata.session() as session:
        lock_organisation(session, desk.access.organisation_id)
        overlay = read_overlay(session, desk.project_id, desk.access.organisation_id)
        decisions: dict[str, Decision] = {}
        for issue in known:
            decision = overlay.of(issue)
            if issue in statuses:
                kept = {name: getattr(decision, name) for name in ("assignee_id", "priority", "discarded")}
                decision = replace(statuses[issue], **kept)
            if "assignee" in given:
                decision = replace(decision, assignee_id=assignee_id)
            if "priority" in given:
                decision = replace(decision, priority=form.priority or "")
            decisions[issue] = decision
            for kind, data in _said(form, decision):
                desk.say(session, [issue], kind, data)
        write_decisions(session, desk.project_id, decisions)


def _assignee(desk: Desk, overlay: Overlay, form: IssueChange) -> int | None:
    if form.assignee == "me":
        if desk.access.user_id is None:
            raise BadRequest("an API token is no one to assign to", hint="name a member's id")
        return desk.access.user_id
    if form.assignee is not None and form.assignee not in overlay.members:
        raise NotFound(f"no member {form.assignee}")
    return form.assignee


def _statuses(
    desk: Desk, overlay: Overlay, form: IssueChange, known: Mapping[str, Mapping[str, Any]], now_ns: int
) -> dict[str, Decision]:
    """Issue → what the form's status means for it."""
    store, project_id = desk.services.store, desk.project_id
    plain = Decision(status=form.status or "", changed_ns=now_ns)
    if form.status == "resolved":
        if form.resolution != "next":
            return dict.fromkeys(known, replace(plain, resolution=form.resolution, release=form.release))
        came = overlay.came(queries.releases(store, project_id))
        return {
            issue: replace(plain, resolution="next", release=latest_like(one["last_release"], came))
            for issue, one in known.items()
        }
    if form.status == "archived":
        archived = replace(
            plain, until=form.archived_until, until_ns=to_ns(form.until_time), until_count=form.until_count or 0
        )
        if form.archived_until != "escalating":
            return dict.fromkeys(known, archived)
        week = TimeRange(now_ns - HISTORY_HOURS * HOUR, now_ns)
        hourly = queries.hourly(store, project_id, overlay, list(known), week)
        return {
            issue: replace(
                archived,
                ceiling=ceiling(hourly.get(issue, []), age_hours=(now_ns - one["first_us"] * 1000) / HOUR),
            )
            for issue, one in known.items()
        }
    return dict.fromkeys(known, plain)


def _said(form: IssueChange, decision: Decision) -> list[tuple[str, dict[str, Any]]]:
    """The activity of a change: kind and what it says."""
    said: list[tuple[str, dict[str, Any]]] = []
    if form.status == "resolved":
        said.append(("resolved", {"resolution": decision.resolution, "release": decision.release}))
    elif form.status == "archived":
        until = {"until": decision.until, "count": decision.until_count, "ceiling": decision.ceiling}
        if decision.until_ns:
            until["time"] = exact_time(decision.until_ns)
        said.append(("archived", {name: value for name, value in until.items() if value}))
    elif form.status == "unresolved":
        said.append(("reopened", {}))
    if "assignee" in form.model_fields_set:
        said.append(("assigned", {"to": decision.assignee_id}))
    if "priority" in form.model_fields_set:
        said.append(("priority", {"priority": decision.priority or None}))
    return said


def merge(desk: Desk, form: MergeForm) -> tuple[str, list[str]]:
    """Make one issue of several; returns it and its fingerprints."""
    known_issues(desk, desk.overlay(), [*form.ids, *([form.into] if form.into else [])])
    with desk.services.metadata.session() as session:
        lock_organisation(session, desk.access.organisation_id)
        overlay = read_overlay(session, desk.project_id, desk.access.organisation_id)
        into = overlay.issue_of(form.into or form.ids[0])
        joining = [one for one in dict.fromkeys(overlay.issue_of(one) for one in form.ids) if one != into]
        if not joining:
            raise BadRequest("name two issues at least", hint="these are one already")
        after = merged(overlay.parents, joining, into)
        found = members(into, after)
        if len(found) > MOST_MERGED:
            raise Conflict(f"an issue can have {MOST_MERGED} fingerprints", hint="group them by a rule instead")
        write_parents(session, desk.project_id, overlay.parents, after)
        desk.say(session, [into], "merged", {"issues": joining})
    return into, found


def unmerge(desk: Desk, issue: str, leaving: Sequence[str]) -> tuple[str, list[str]]:
    """Let fingerprints leave an issue; returns it and the fingerprints that stay."""
    with desk.services.metadata.session() as session:
        lock_organisation(session, desk.access.organisation_id)
        overlay = read_overlay(session, desk.project_id, desk.access.organisation_id)
        root = overlay.issue_of(issue)
        own = overlay.fingerprints_of(root)
        if strangers := [one for one in leaving if one not in own]:
            raise NotFound(f"{len(strangers)} of {len(leaving)} fingerprints are not of this issue")
        if root in leaving:
            raise BadRequest("an issue's own fingerprint cannot leave it", hint="let the others leave")
        after = unmerged(overlay.parents, leaving)
        write_parents(session, desk.project_id, overlay.parents, after)
        desk.say(session, [root, *leaving], "unmerged", {"fingerprints": list(leaving)})
    return root, members(root, after)


def delete_issues(desk: Desk, form: DeleteForm, issues: Iterable[str]) -> None:
    """Delete every event of these issues and what was decided about them."""
    overlay = desk.overlay()
    issues = list(issues)
    fingerprints = queries.fingerprints_of(overlay, issues)
    gone = set(fingerprints)
    titles = queries.titles(desk.services.store, desk.project_id, overlay, issues) if form.discard else {}
    with desk.services.metadata.session() as session:
        lock_organisation(session, desk.access.organisation_id)
        before = read_overlay(session, desk.project_id, desk.access.organisation_id).parents
        write_parents(session, desk.project_id, before, {a: b for a, b in before.items() if not {a, b} & gone})
        for table in (IssueRow, IssueActivity):
            for start in range(0, len(fingerprints), AT_ONCE):
                some = table.fingerprint.in_(fingerprints[start : start + AT_ONCE])
                session.execute(delete(table).where(table.project_id == desk.project_id, some))
        if form.discard:
            session.add_all(
                IssueRow(
                    project_id=desk.project_id,
                    fingerprint=fingerprint,
                    discarded=True,
                    title=titles.get(overlay.issue_of(fingerprint), "")[:255],
                    changed_at=now(),
                )
                for fingerprint in fingerprints
            )
    desk.services.rules.reload()  # ingestion of this process knows at once, of others within seconds
    queries.delete_events(desk.services.store, desk.project_id, fingerprints)
