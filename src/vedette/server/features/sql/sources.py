"""The tables of `/sql`: each is a SELECT over one project's rows.

`{project}` stands for the project's id, an integer from the caller's access and never text of the caller's.
"""

from vedette.server.signals.persons.queries import persons_sql

LOGS = "SELECT *, attribute_items FROM logs WHERE project_id = {project}"
SPANS = "SELECT *, attribute_items, is_transaction, transaction_op, is_failed FROM spans WHERE project_id = {project}"
EVENTS = "SELECT *, user_id FROM events WHERE project_id = {project}"
ATTACHMENTS = "SELECT * EXCEPT (content) FROM error_attachments WHERE project_id = {project}"
SOURCES = {
    "logs": LOGS,
    "spans": SPANS,
    "metric_points": "SELECT * FROM metric_points WHERE project_id = {project}",
    "metric_series": "SELECT * FROM metric_series WHERE project_id = {project}",
    "events": EVENTS,
    "errors": "SELECT * FROM errors WHERE project_id = {project}",
    "error_attachments": ATTACHMENTS,
    "feedback": "SELECT * FROM feedback WHERE project_id = {project}",
    "sessions": "SELECT * FROM sessions WHERE project_id = {project}",
    "check_ins": "SELECT * FROM check_ins WHERE project_id = {project}",
    "outcomes": "SELECT * FROM outcomes WHERE project_id = {project}",
}

# Every telemetry table, for the engine's own filter underneath (defence in depth).
TABLES = (
    "logs", "spans", "trace_times", "metric_points", "metric_series", "events", "identity_links", "person_updates",
    "distinct_ids", "first_mentions", "errors", "error_attachments", "feedback", "sessions", "check_ins", "outcomes",
)  # fmt: skip


NAMES = frozenset({*SOURCES, "persons"})


def source_sql(name: str, project_id: int) -> str:
    """The SELECT that stands behind a table name, for one project."""
    if name == "persons":
        return persons_sql().replace("{project_id:UInt32}", str(int(project_id)))
    return SOURCES[name].replace("{project}", str(int(project_id)))
