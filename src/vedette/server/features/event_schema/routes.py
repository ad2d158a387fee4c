"""`event-schema` under `/projects/{project_id}/`; contract: `docs/api.md`."""

import json
from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy import delete, func, select

from vedette.server.features.event_schema import queries
from vedette.server.features.event_schema.join import seen_properties, side_by_side, versions_of
from vedette.server.features.event_schema.shapes import (
    DeclaredEvent,
    DeclaredVersion,
    EventSchema,
    EventSchemaForm,
    SchemaSource,
    SeenEvent,
    SeenViolation,
)
from vedette.server.http.access import Member, Services, ServicesDep, StoreDep
from vedette.server.http.errors import Conflict
from vedette.server.http.listing import ProjectId, SignalQuery
from vedette.server.metadata.engine import lock_organisation
from vedette.server.metadata.models import EventSchemaRow, now

router = APIRouter(tags=["event schema"])

MOST_SOURCES = 100


@router.put("/projects/{project_id}/event-schema")
def declare(project_id: int, form: EventSchemaForm, access: Member, services: ServicesDep) -> SchemaSource:
    """Replace what one source declares; no events take it away."""
    pushed_at = now()
    with services.metadata.session() as session:
        lock_organisation(session, access.organisation_id)  # two pushes of one source come one after the other
        own = (EventSchemaRow.project_id == project_id, EventSchemaRow.source == form.source)
        session.execute(delete(EventSchemaRow).where(*own))
        if form.events:
            others = session.scalar(select(func.count()).where(EventSchemaRow.project_id == project_id)) or 0
            if others >= MOST_SOURCES:
                raise Conflict(
                    f"{MOST_SOURCES} sources declare events in this project already",
                    hint="push under the name of a service, and take sources away that are no more",
                )
            scrub = services.rules.of(project_id).scrubbing.scrub  # descriptions are where examples are given
            for event in form.events:
                event.description = scrub(event.description)
                for described in event.properties.values():
                    described.description = scrub(described.description)
            document = json.dumps([event.model_dump(exclude_defaults=True) for event in form.events])
            session.add(
                EventSchemaRow(project_id=project_id, source=form.source, document=document, pushed_at=pushed_at)
            )
    return SchemaSource(source=form.source, pushed_at=pushed_at, events=len(form.events))


@router.get("/projects/{project_id}/event-schema")
def event_schema(project: ProjectId, services: ServicesDep, store: StoreDep, question: SignalQuery) -> EventSchema:
    """Declared events beside what was seen in the range; properties of the newest 20,000 events are looked at."""
    sources, declared = _declared(services, project)
    events = side_by_side(
        declared, queries.seen(store, project, question), queries.properties(store, project, question)
    )
    return EventSchema(sources=sources, events=events)


@router.get("/projects/{project_id}/event-schema/seen")
def seen_event(
    project: ProjectId,
    services: ServicesDep,
    store: StoreDep,
    question: SignalQuery,
    event: Annotated[str, Query(description="the event's name")],
) -> SeenEvent:
    """Properties and violations of one event, of its newest 20,000 in the range."""
    _, declared = _declared(services, project)
    about = queries.of_event(question, event)
    return SeenEvent(
        properties=seen_properties(declared.get(event, []), queries.properties(store, project, about)),
        violations=[SeenViolation(**row) for row in queries.violations(store, project, about)],
    )


def _declared(services: Services, project_id: int) -> tuple[list[SchemaSource], dict[str, list[DeclaredVersion]]]:
    with services.metadata.session() as session:
        rows = session.scalars(
            select(EventSchemaRow).where(EventSchemaRow.project_id == project_id).order_by(EventSchemaRow.source)
        ).all()
    documents = {row.source: [DeclaredEvent(**one) for one in json.loads(row.document)] for row in rows}
    sources = [
        SchemaSource(source=row.source, pushed_at=row.pushed_at, events=len(documents[row.source])) for row in rows
    ]
    return sources, versions_of(documents)
