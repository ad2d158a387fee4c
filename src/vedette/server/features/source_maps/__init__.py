"""Source maps: uploaded by sentry-cli, kept as files, read when somebody looks at a JavaScript stack trace.

- `upload`   `/api/0/…`: chunks and bundles
- `shelf`    the files; `bundle` what is in one; `keeping` files and rows together, retention
- `catalog`  which map belongs to a file, or why none does
- `reader`   reads positions in a process of its own; `lookup` asks it and remembers
- `stacks`   where an event's frames are; `resolve` a whole stack trace, `culprits` the places that lists name
- `arriving` errors on their way in, before they are grouped
"""

from vedette.server.features.source_maps.arriving import Arriving
from vedette.server.features.source_maps.keeping import keeping_of, running
from vedette.server.features.source_maps.routes import router
from vedette.server.features.source_maps.upload import sentry_router

__all__ = ["Arriving", "keeping_of", "router", "running", "sentry_router"]
