"""Whatever is put together from hostile pieces: never another project's rows, never an accident."""

# ruff: noqa: E501

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.server.features.sql.conftest import MINE, SECRET
from tests.server.features.sql.test_hostile import HARMLESS, REFUSED
from tests.server.features.sql.test_queries import ANSWERS
from vedette.server.features.sql.sandbox import Sandbox
from vedette.server.features.sql.vet import Refused
from vedette.server.store.errors import QueryLimitExceeded

PIECES = [
    "SELECT", "*", "body", "FROM", "logs", "default.logs", "`default`", ".", "errors", "spans", "persons",
    "identity_links", "WHERE", "project_id", "= 2", "!= 1", "IN", "(", ")", "(SELECT * FROM logs)", "UNION ALL", "WITH",
    "AS", "x", "x AS (SELECT * FROM logs)", ",", "JOIN", "ON 1 = 1", "FINAL", "PREWHERE 1", "ARRAY JOIN", "LIMIT 5",
    "SETTINGS final = 0", "SETTINGS additional_table_filters = {}", "FORMAT CSV", ";", "--", "/*", "*/", "'", "`", '"',
    "\\", "\n", "\x00", "\u200b", "$$", "#", "{x:String}", "merge('default', '.*')", "view(SELECT 1)", "system.tables",
    "remote('x', default.logs)", "EXCEPT", "INTERSECT", "APPLY(toString)", "COLUMNS('.*')", "* REPLACE (2 AS project_id)",
    "OVER ()", "EXPLAIN", "numbers(3)", "-> 1", "[1]", "::String", "count()", "groupArray(body)", "any(title)",
    "INTO OUTFILE 'x'", "ORDER BY 1", "GROUP BY ALL", "EXISTS", "NOT", "OR 1",
]  # fmt: skip
QUERIES = [*REFUSED, *HARMLESS, *(sql for sql, _ in ANSWERS)]


@st.composite
def hostile(draw: st.DrawFn) -> str:
    """A known query with pieces put in, cut out or doubled; or pieces alone."""
    text = draw(st.one_of(st.sampled_from(QUERIES), st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join)))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.one_of(st.just(start), st.integers(start, min(len(text), start + 12))))
        piece = draw(st.one_of(st.sampled_from(PIECES), st.sampled_from(QUERIES), st.text(max_size=4)))
        space = draw(st.sampled_from(["", " "]))
        text = f"{text[:start]}{space}{piece}{space}{text[end:]}"
    return text


@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(sql=hostile())
def test_nothing_leaks_and_nothing_breaks(impatient: Sandbox, sql: str) -> None:
    try:
        result, _ = impatient.run(sql, MINE)
    except (Refused, QueryLimitExceeded):
        return
    assert SECRET not in repr(result.rows)
