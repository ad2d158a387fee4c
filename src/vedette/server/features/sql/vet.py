"""A user's SELECT → the same SELECT over one project's rows, or a refusal that says why.

The engine's own parser reads the text (`parseQueryToJSON`), so what is vetted and what runs cannot differ in how
they read. The tree is checked against lists of what is allowed (node types, their keys, functions), table names
become subqueries over the project's rows, CTEs get names no table has, and the engine prints the tree back
(`formatQueryFromJSON`). The user's text itself never runs.
"""

from collections.abc import Callable, Iterator
from typing import Any

from vedette.server.features.sql.functions import is_allowed
from vedette.server.http.errors import BadRequest

Node = dict[str, Any]
CTE_PREFIX = "cte_"
MAX_NUMBERS = 10_000_000
MAX_FILLED = 1_000_000  # the engine makes up 12 million rows a second, and all of them before a LIMIT
MAX_TABLES = 200  # WITH queries are repeated wherever they are named, so nesting them multiplies

# What each kind of node may carry. A key or type that is not here is refused, also one that a new engine brings.
NODES: dict[str, frozenset[str]] = {
    name: frozenset(keys.split())
    for name, keys in {
        "ArrayJoin": "expression_list kind",
        "Asterisk": "transformers expression",
        "ColumnsExceptTransformer": "children",
        "ColumnsListMatcher": "column_list transformers",
        "ColumnsRegexpMatcher": "pattern transformers",
        "ColumnsReplaceTransformer": "children",
        "ColumnsReplaceTransformerReplacement": "children name",
        "ColumnsTransformerList": "children",
        "ExpressionList": "children",
        "Function": "alias arguments is_lambda_function is_operator is_window_function kind name parameters "
        "window_definition window_name nulls_action prefer_alias_to_column_name compute_after_window_functions",
        "Identifier": "alias name name_parts prefer_alias_to_column_name",
        "InterpolateElement": "column expr",
        "Literal": "alias value prefer_alias_to_column_name",
        "OrderByElement": "direction expression fill_from fill_to fill_step fill_staleness nulls_direction "
        "nulls_direction_was_explicitly_specified with_fill",
        "QualifiedAsterisk": "qualifier transformers",
        "QualifiedColumnsRegexpMatcher": "qualifier pattern transformers",
        "SelectIntersectExceptQuery": "children final_operator operator list_of_selects",
        "SelectQuery": "distinct distinct_on group_by group_by_all group_by_with_cube group_by_with_grouping_sets "
        "group_by_with_rollup group_by_with_totals group_by_with_constant_keys having interpolate limit_by "
        "limit_by_all limit_by_length limit_by_offset limit_length limit_offset limit_with_ties order_by order_by_all "
        "prewhere qualify recursive_with select tables where window with",
        "SelectWithUnionQuery": "is_into_outfile_with_stdout is_outfile_append is_outfile_truncate list_of_modes "
        "list_of_selects union_mode",
        "Subquery": "alias children cte_name prefer_alias_to_column_name",
        "TableExpression": "database_and_table_name final subquery table_function column_aliases",
        "TableIdentifier": "alias name name_parts",
        "TableJoin": "kind locality on_expression strictness using_expression_list",
        "TablesInSelectQuery": "children",
        "TablesInSelectQueryElement": "array_join table_expression table_join",
        "WindowDefinition": "frame_begin_offset frame_begin_preceding frame_begin_type frame_end_offset "
        "frame_end_preceding frame_end_type frame_is_default frame_type order_by partition_by parent_window_name",
        "WindowListElement": "definition name",
        "WithElement": "name subquery aliases",
    }.items()
}

REFUSED_TYPES = {
    "SetQuery": ("SETTINGS is not allowed", "limits are the server's settings query_max_…"),
    "QueryParameter": ("{name:Type} parameters are not allowed", "write the value itself"),
    "ColumnsApplyTransformer": ("APPLY is not allowed", "write the columns out"),
    "QualifiedColumnsListMatcher": ("COLUMNS(list) is not allowed", "write the columns out"),
}
REFUSED_KEYS = {
    "format_ast": ("FORMAT is not allowed", "answers are JSON"),
    "settings": REFUSED_TYPES["SetQuery"],
    "settings_ast": REFUSED_TYPES["SetQuery"],
    "out_file": ("INTO OUTFILE is not allowed", "the answer comes as JSON"),
    "sample_size": ("SAMPLE is not allowed", "use WHERE cityHash64(trace_id) % 10 = 0"),
    "sample_offset": ("SAMPLE is not allowed", "use WHERE cityHash64(trace_id) % 10 = 0"),
}
NUMBERS = frozenset({"UInt64", "Int64", "Float64", "UInt128", "Int128", "UInt256", "Int256"})
IN_FUNCTIONS = frozenset({"in", "notin", "globalin", "globalnotin"})


class Refused(BadRequest):
    """A query that `/sql` does not run."""

    code = "sql_refused"


class Vetter:
    """Vets one parsed query. `table(name)` gives the TableExpression that stands behind a table's name."""

    def __init__(self, tables: frozenset[str], table: Callable[[str], Node]) -> None:
        self._tables = tables
        self._table = table
        self._ctes: set[str] = set()
        self._table_functions: set[int] = set()  # ids of nodes; parents come first

    def vet(self, tree: Node) -> Node:
        """Check and rewrite `tree` in place. Raises Refused."""
        if tree.get("type") not in ("SelectWithUnionQuery", "SelectIntersectExceptQuery"):
            kind = str(tree.get("type", "")).removesuffix("Query")
            raise Refused(f"only SELECT is allowed, this is {kind}", hint="start with SELECT or WITH")
        nodes = list(_nodes(tree))
        for node in nodes:
            self._check_shape(node)
            if node.get("type") == "WithElement":
                self._add_cte(node)
        _check_size(tree, nodes)
        for node in nodes:
            self._rewrite(node)
        return tree

    def _check_shape(self, node: Node) -> None:
        kind = node.get("type")
        if kind in REFUSED_TYPES:
            message, hint = REFUSED_TYPES[kind]
            raise Refused(message, hint=hint)
        for key, value in node.items():
            if key in REFUSED_KEYS:
                message, hint = REFUSED_KEYS[key]
                raise Refused(message, hint=hint)
            if key.startswith(("is_outfile", "is_into_outfile")) and value:
                raise Refused("INTO OUTFILE is not allowed", hint="the answer comes as JSON")
        allowed = NODES.get(str(kind))
        if allowed is None:
            raise Refused(f"{kind} is not allowed in a query here")
        if unknown := node.keys() - allowed - {"type"}:
            raise Refused(f"{', '.join(sorted(unknown))} of {kind} is not allowed in a query here")

    def _add_cte(self, node: Node) -> None:
        self._ctes.add(node["name"])
        node["name"] = CTE_PREFIX + node["name"]

    def _rewrite(self, node: Node) -> None:
        match node["type"]:
            case "Function":
                self._check_function(node)
            case "TableExpression":
                self._rewrite_table(node)
            case "OrderByElement" if "with_fill" in node:
                _check_fill(node)
            case "SelectQuery" if "prewhere" in node:
                _prewhere_to_where(node)

    def _check_function(self, node: Node) -> None:
        name = node["name"]
        if id(node) in self._table_functions:
            return  # checked where it stands, in _rewrite_table
        if not is_allowed(name):
            raise Refused(f"the function {name} is not available here", hint=_function_hint(name))
        arguments = node.get("arguments", {}).get("children", [])
        lowered = name.lower()
        if lowered == "cast":
            _check_cast(arguments)
        elif (
            lowered in IN_FUNCTIONS
            and len(arguments) == 2
            and arguments[1].get("type")
            in (
                "Identifier",
                "TableIdentifier",
            )
        ):
            self._rewrite_in(arguments)

    def _rewrite_in(self, arguments: list[Node]) -> None:
        """`x IN name` reads a table in ClickHouse: spell it as the subquery it means."""
        name = arguments[1]["name"]
        expression: Node = {
            "type": "TableExpression",
            "database_and_table_name": {**arguments[1], "type": "TableIdentifier"},
        }
        if name not in self._ctes and name not in self._tables:
            raise Refused(
                f"IN {name}: neither a table nor a WITH query", hint="use IN (…), IN (SELECT …) or has(array, x)"
            )
        self._rewrite_table(expression)
        arguments[1] = select_all_from(expression)

    def _rewrite_table(self, node: Node) -> None:
        node.pop("final", None)  # reading is always FINAL
        if "table_function" in node:
            _check_table_function(node["table_function"])
            self._table_functions.add(id(node["table_function"]))
            return
        table = node.get("database_and_table_name")
        if table is None:
            return
        name = table["name"]
        if table.get("name_parts"):
            raise Refused(f"{name}: write the table's name alone", hint=f"there are {_listed(self._tables)}")
        alias = table.get("alias", name)
        if name in self._ctes and name not in self._tables:
            table["name"], table["alias"] = CTE_PREFIX + name, alias
        elif name in self._ctes:
            raise Refused(f"WITH {name}: a table has this name", hint="give the WITH query another name")
        elif name in self._tables:
            del node["database_and_table_name"]
            node["subquery"] = {**self._table(name)["subquery"], "alias": alias}
        else:
            raise Refused(f"there is no table {name} here", hint=f"there are {_listed(self._tables)}")


def check_printed(vetted: Node, printed: Node) -> None:
    """What the engine reads back from its own printing may name nothing that was not vetted. Raises Refused."""
    functions, tables = _reach(vetted)
    for node in _nodes(printed):
        kind, name = node.get("type"), str(node.get("name", ""))
        unknown = kind is not None and str(kind) not in NODES
        if kind == "Function":
            unknown = name not in functions and not is_allowed(name)
        elif kind == "TableIdentifier":
            unknown = name not in tables
        if unknown or node.keys() & REFUSED_KEYS.keys():
            raise Refused(f"the query does not read the same when written out: {kind} {name}")


def _reach(tree: Node) -> tuple[set[str], set[str]]:
    """The functions and tables a tree names."""
    functions = {node["name"] for node in _nodes(tree) if node.get("type") == "Function"}
    tables = {node["name"] for node in _nodes(tree) if node.get("type") == "TableIdentifier"}
    return functions, tables


def _check_size(tree: Node, nodes: list[Node]) -> None:
    """How many tables are read once WITH queries stand where they are named. Raises Refused beyond MAX_TABLES."""
    named: dict[str, list[str]] = {}
    for node in nodes:
        if node["type"] == "WithElement":
            named.setdefault(node["name"].removeprefix(CTE_PREFIX), []).extend(_names_read(node))
    weights: dict[str, int] = {}

    def weigh(name: str, path: frozenset[str]) -> int:
        if name not in named or name in path:
            return 1
        if name not in weights:
            inside = sum(min(weigh(other, path | {name}), MAX_TABLES) for other in named[name])
            weights[name] = min(1 + inside, MAX_TABLES + 1)
        return weights[name]

    if sum(weigh(name, frozenset()) for name in _names_read(tree)) > MAX_TABLES:
        raise Refused(
            f"the query reads more than {MAX_TABLES} tables once its WITH queries are written out",
            hint="WITH queries are computed wherever they are named",
        )


def _names_read(tree: Node) -> list[str]:
    names = [node["name"] for node in _nodes(tree) if node.get("type") == "TableIdentifier"]
    for node in _nodes(tree):
        if node.get("type") == "Function" and str(node["name"]).lower() in IN_FUNCTIONS:
            right = node.get("arguments", {}).get("children", [])[1:]
            names += [argument["name"] for argument in right if argument.get("type") == "Identifier"]
    return names


def first_table_expression(tree: Node) -> Node:
    """The first FROM of a parsed SELECT."""
    return next(node for node in _nodes(tree) if node.get("type") == "TableExpression")


def select_all_from(table: Node) -> Node:
    """`(SELECT * FROM table)` as a tree."""
    element = {"type": "TablesInSelectQueryElement", "table_expression": table}
    select = {
        "type": "SelectQuery",
        "select": {"type": "ExpressionList", "children": [{"type": "Asterisk"}]},
        "tables": {"type": "TablesInSelectQuery", "children": [element]},
    }
    union = {
        "type": "SelectWithUnionQuery",
        "union_mode": "UNION_DEFAULT",
        "list_of_selects": {"type": "ExpressionList", "children": [select]},
    }
    return {"type": "Subquery", "children": [union]}


def _nodes(tree: Node) -> Iterator[Node]:
    """Every node, parents first. A literal's value is data, not nodes. Not recursive: depth is the user's."""
    stack: list[Any] = [tree]
    while stack:
        item = stack.pop()
        if isinstance(item, list):
            stack.extend(reversed(item))
        elif isinstance(item, dict):
            yield item
            if item.get("type") != "Literal":
                stack.extend(value for value in reversed(item.values()) if isinstance(value, (dict, list)))


def _prewhere_to_where(select: Node) -> None:
    """PREWHERE needs a table to stand on, and tables are subqueries here; the engine moves conditions itself."""
    conditions = [select.pop("prewhere"), *([select["where"]] if "where" in select else [])]
    arguments = {"type": "ExpressionList", "children": conditions}
    both = {"type": "Function", "name": "and", "arguments": arguments, "is_operator": True}
    select["where"] = conditions[0] if len(conditions) == 1 else both


def _check_cast(arguments: list[Node]) -> None:
    """The type must be written out, and may not be an aggregate state: the engine trusts a state's bytes."""
    target = arguments[1].get("value", {}) if len(arguments) == 2 else {}
    if target.get("field_type") != "String":
        raise Refused("CAST needs a type that is written out", hint="for example CAST(x AS UInt64)")
    if "aggregatefunction" in str(target.get("value")).lower():
        raise Refused("CAST to an aggregate state is not allowed")


def _check_fill(node: Node) -> None:
    """WITH FILL between plain numbers may make up MAX_FILLED rows; what else it goes by is known only to the engine,
    and query_max_seconds ends it."""
    start, end, step = (_number(node.get(f"fill_{part}")) for part in ("from", "to", "step"))
    if start is None and end is None:
        return
    if not abs((end or 0) - (start or 0)) <= MAX_FILLED * abs(step or 1):
        raise Refused(f"WITH FILL would make up more than {MAX_FILLED} rows", hint="give FROM, TO and a larger STEP")


def _number(node: Node | None) -> float | None:
    """A literal's number; None where there is none, or an expression."""
    value = node.get("value") if node and node.get("type") == "Literal" else None
    return float(value["value"]) if isinstance(value, dict) and value.get("field_type") in NUMBERS else None


def _check_table_function(function: Node) -> None:
    name = function["name"]
    if name.lower() != "numbers":
        raise Refused(f"the table function {name} is not available here", hint="tables only, and numbers(n)")
    for argument in function.get("arguments", {}).get("children", []):
        value = argument.get("value", {})
        if value.get("field_type") != "UInt64" or int(value["value"]) > MAX_NUMBERS:
            raise Refused("numbers(…) takes plain numbers here", hint=f"up to {MAX_NUMBERS}")


def _function_hint(name: str) -> str:
    if name.lower().endswith(("state", "merge")):
        return "aggregate states are not available; use the plain aggregate"
    return "functions that compute from rows are; those that read settings, files or other tables are not"


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names))
