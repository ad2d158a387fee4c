"""Questions about people."""

from vedette.server.store.sql import load

MAPPING = "/* person_distinct_ids.sql */"


def persons_sql() -> str:
    """The SELECT of a project's people: `persons.sql` with the one text that says who is who in its place.

    Text, not a view: within a view the engine works out its arrays again wherever they are named, which doubles the
    cost. Binds `project_id`.
    """
    return load(__package__, "persons.sql").replace(MAPPING, load(__package__, "person_distinct_ids.sql"))
