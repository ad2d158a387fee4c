"""SQL over one project's rows, for whoever asks a question that no screen answers.

- `vet`        what may run, and how table names become the project's rows
- `functions`  the functions a query may call
- `sources`    the tables a query may name
- `sandbox`    the read-only handles it runs on
"""

from vedette.server.features.sql.routes import router, running

__all__ = ["router", "running"]
