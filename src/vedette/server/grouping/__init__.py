"""Which occurrences of errors belong together, and why (`docs/grouping.md`). Knows no protocol and no store."""

from vedette.server.grouping.group import Grouping, group
from vedette.server.grouping.minified import Names, group_named, with_names
from vedette.server.grouping.rules import NO_RULES, BadRule, Rules, read_rules

__all__ = ["NO_RULES", "BadRule", "Grouping", "Names", "Rules", "group", "group_named", "read_rules", "with_names"]
