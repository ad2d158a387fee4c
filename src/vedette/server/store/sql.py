"""Load the `.sql` files that sit beside the functions that run them."""

from functools import cache
from importlib.resources import files

FILTER_SLOT = "/* AND filters */"


@cache
def load(package: str, name: str) -> str:
    """The text of `name` in `package`, e.g. `load(__package__, "search.sql")`. Runs as it stands when pasted."""
    return files(package).joinpath(name).read_text(encoding="utf-8")


def fill(sql: str, conditions: str) -> str:
    """Put compiled conditions (from `filters.compile_filters`) into the query's one filter slot."""
    if FILTER_SLOT not in sql:
        raise ValueError(f"query has no {FILTER_SLOT} slot")
    return sql.replace(FILTER_SLOT, f"AND {conditions}" if conditions else "")
