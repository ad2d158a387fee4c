"""Which occurrences of errors belong together, and why (`docs/grouping.md`). Knows no protocol and no store."""

from vedette.server.grouping.group import Grouping, group
from vedette.server.grouping.rules import NO_RULES, BadRule, Rules, read_rules

__all__ = ["NO_RULES", "BadRule", "Grouping", "Rules", "group", "read_rules"]
