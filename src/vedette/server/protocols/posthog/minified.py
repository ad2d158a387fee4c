"""What the minified frames of the errors in a batch are called in their source."""

from collections.abc import Sequence
from typing import Any

from vedette.server.grouping import Names
from vedette.server.http.ingest import Ingest
from vedette.server.protocols.posthog.exception import minified_payload


async def read_names(ingest: Ingest, project_id: int, events: Sequence[Any]) -> dict[int, Names]:
    """Place in the batch → names of the error's frames; of a project without source maps nothing is looked at."""
    if not ingest.symbolicator.knows(project_id):
        return {}
    found: dict[int, Names] = {}
    for place, raw in enumerate(events):
        properties = raw.get("properties") if isinstance(raw, dict) and raw.get("event") == "$exception" else None
        if not isinstance(properties, dict):
            continue
        if names := await ingest.symbolicator.read(project_id, minified_payload(properties)):
            found[place] = names
    return found
