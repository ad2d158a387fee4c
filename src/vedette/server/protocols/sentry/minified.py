"""What the minified frames of the errors in a request are called in their source."""

from collections.abc import Sequence

from vedette.server.grouping import Names
from vedette.server.http.ingest import Ingest
from vedette.server.protocols.sentry.envelope import Item
from vedette.server.protocols.sentry.shapes import BadItem, load_object

MAX_BYTES = 1024 * 1024  # an error has no more


async def read_names(ingest: Ingest, project_id: int, items: Sequence[Item]) -> dict[bytes, Names]:
    """Payload → names of its frames; of a project without source maps nothing is looked at."""
    if not ingest.symbolicator.knows(project_id):
        return {}
    found: dict[bytes, Names] = {}
    for item in items:
        if item.type != "event" or len(item.payload) > MAX_BYTES or b'"frames"' not in item.payload:
            continue
        try:
            event = load_object(item.payload)
        except BadItem:  # which is told of when the item is added
            continue
        if names := await ingest.symbolicator.read(project_id, event):
            found[item.payload] = names
    return found
