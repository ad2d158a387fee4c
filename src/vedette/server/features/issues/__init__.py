"""Issues: errors by fingerprint, with what people decided about them laid over.

- `states`    resolved, archived, regressed: pure
- `releases`  which release is later: pure
- `merges`    which fingerprints are one issue: pure
- `search`    `is:unresolved level:error key:value`, as bound conditions and tests
- `overlay`   reads and writes the decisions
- `listing`, `detail`, `around`  the questions
- `sweep`     writes down what came back
"""

from vedette.server.features.issues.routes import router
from vedette.server.features.issues.sweep import running
from vedette.server.features.issues.talk import router as talk

router.include_router(talk)

__all__ = ["router", "running"]
