"""Which log records are wanted: by level and logger, and what share of them."""

import logging
from collections.abc import Mapping
from random import random

from vedette.sdk.sampling import kept, threshold
from vedette.sdk.settings import Settings

# A line for each call, which its span tells better. By a setting of their own they are heard.
TALKATIVE = ("httpx", "httpcore")


class Levels:
    """The settings `log_level`, `log_levels` and `log_sample`, compiled."""

    def __init__(self, settings: Settings) -> None:
        self.default = number(settings.log_level)
        self.by_logger = dict.fromkeys(TALKATIVE, max(self.default, logging.WARNING))
        self.by_logger |= {name: number(level) for name, level in settings.log_levels.items()}
        if settings.debug:
            self.by_logger.setdefault("vedette", logging.DEBUG)
        self._known: dict[str, int] = {}
        keep = logging.ERROR if settings.keep_errors else logging.CRITICAL + 1
        self._shares = {
            level: share for name, share in settings.log_sample.items() if (level := number(name)) < keep and share < 1
        }

    def least(self, name: str) -> int:
        """The lowest level that this logger lets through: its own, else its nearest parent's, else the default."""
        known = self._known.get(name)
        if known is None:
            if len(self._known) > 10_000:  # names may be made up at run time
                self._known.clear()
            known = self._known[name] = self._find(name)
        return known

    def _find(self, name: str) -> int:
        while name:
            if name in self.by_logger:
                return self.by_logger[name]
            name = name.rpartition(".")[0]
        return self.default

    def sampled(self, level: int, trace_id: int) -> bool:
        """Whether this record is in its level's share: the same for all records of a trace."""
        if not self._shares:
            return True
        share = self._shares.get(level - level % 10)
        if share is None:
            return True
        return kept(trace_id, threshold(share)) if trace_id else random() < share


def number(level: str) -> int:
    """A level's number by its name."""
    return logging.getLevelNamesMapping()[level]


class StandardLevels:
    """The standard library's loggers, set to our levels while the SDK runs, and set back after."""

    def __init__(self, levels: Levels) -> None:
        self._before: dict[str, int] = {}
        root = logging.getLogger()
        wanted: Mapping[str, int] = levels.by_logger
        if root.level == logging.WARNING and "" not in wanted:  # as Python starts: nobody chose it
            wanted = {"": levels.default, **wanted}
        for name, level in wanted.items():
            logger = logging.getLogger(name or None)
            self._before[name] = logger.level
            logger.setLevel(level)

    def restore(self) -> None:
        """Set every level back to what it was."""
        for name, level in self._before.items():
            logging.getLogger(name or None).setLevel(level)
