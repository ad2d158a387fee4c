"""Forget old data: by age per table (TTL), and by bytes over all tables (the oldest partitions go)."""

import calendar
import datetime as dt
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from vedette.server.config import Settings
from vedette.server.store.client import Store
from vedette.server.store.errors import StoreError

log = logging.getLogger("vedette.store")


@dataclass(frozen=True, slots=True)
class Rule:
    """Rows of `table` go when `column` is `days` days old."""

    table: str
    column: str
    days: int

    @property
    def ttl(self) -> str:
        """The expression, spelled as the engine shows it in `system.tables`."""
        return f"toDateTime({self.column}) + toIntervalDay({self.days})"


def rules(settings: Settings) -> tuple[Rule, ...]:
    """How long each table keeps its rows. Tables of people (who is who) are kept."""
    errors_days = settings.retention_errors_days
    return (
        Rule("logs", "time", settings.retention_logs_days),
        Rule("spans", "time", settings.retention_spans_days),
        Rule("trace_times", "last_time", settings.retention_spans_days),
        Rule("metric_points", "time", settings.retention_metrics_days),
        Rule("metric_series", "last_time", settings.retention_metrics_days),
        Rule("events", "time", settings.retention_events_days),
        Rule("errors", "time", errors_days),
        Rule("error_attachments", "time", errors_days),
        Rule("error_releases", "last_time", errors_days),
        Rule("finding_hours", "hour", errors_days),
        Rule("feedback", "time", errors_days),
        Rule("sessions", "started", errors_days),
        Rule("check_ins", "time", errors_days),
        Rule("outcomes", "time", errors_days),
    )


def kept_days(settings: Settings) -> dict[str, int]:
    """Table → for how many days it keeps its rows. What arrives older than that would be deleted without a word."""
    return {rule.table: rule.days for rule in rules(settings)}


def apply_rules(store: Store, wanted: Sequence[Rule]) -> list[str]:
    """Set the tables' TTL on every host where it differs; returns the tables that were changed. Blocking."""
    changed: list[str] = []
    for host in store.each_host():
        engines = dict(
            host.query("SELECT name, engine_full FROM system.tables WHERE database = currentDatabase()").rows
        )
        for rule in wanted:
            table = store.dsn.local_table(rule.table)
            if table not in engines or f"TTL {rule.ttl}" in engines[table]:
                continue
            host.command(f"ALTER TABLE {table} MODIFY TTL {rule.ttl}")
            if rule.table not in changed:
                changed.append(rule.table)
    return changed


@dataclass(frozen=True, slots=True)
class Partition:
    """One partition of one table, over all hosts. `end` is the last day it can hold."""

    table: str
    id: str
    end: dt.date
    bytes: int


PARTITIONS = """
SELECT table, partition_id, sum(bytes_on_disk) AS bytes FROM system.parts
WHERE active AND database = currentDatabase() GROUP BY table, partition_id
"""


def partitions(store: Store) -> list[Partition]:
    """Every partition with data, the oldest first. Blocking."""
    sizes: dict[tuple[str, str], int] = {}
    for host in store.each_host():
        for table, partition_id, size in host.query(PARTITIONS).rows:
            sizes[table, partition_id] = sizes.get((table, partition_id), 0) + int(size)
    found = [Partition(table, id_, last_day(id_), size) for (table, id_), size in sizes.items()]
    return sorted(found, key=lambda partition: (partition.end, partition.table))


def last_day(partition_id: str) -> dt.date:
    """The last day of a partition by day (20261123) or month (202611); undated ones never end."""
    try:
        if len(partition_id) == 8:
            return dt.datetime.strptime(partition_id, "%Y%m%d").date()
        year, month = int(partition_id[:4]), int(partition_id[4:])
        return dt.date(year, month, calendar.monthrange(year, month)[1])
    except ValueError:
        return dt.date.max


def surplus(found: Sequence[Partition], max_bytes: int, today: dt.date) -> list[Partition]:
    """The oldest partitions whose going brings the whole under `max_bytes`.

    Never one that still takes new data, and never a table's newest.
    """
    newest: dict[str, dt.date] = {}
    for partition in found:
        newest[partition.table] = max(partition.end, newest.get(partition.table, partition.end))
    over = sum(partition.bytes for partition in found) - max_bytes
    going = []
    for partition in found:
        if over <= 0:
            break
        if partition.end < today and partition.end < newest[partition.table]:
            going.append(partition)
            over -= partition.bytes
    return going


def drop_surplus(store: Store, max_bytes: int, *, today: dt.date) -> list[Partition]:
    """Free disk until all tables together take at most `max_bytes` (0: no limit). Blocking; run it periodically.

    Returns the partitions dropped. May stay above the limit, as the newest partitions are kept.
    """
    if not max_bytes:
        return []
    going = surplus(partitions(store), max_bytes, today)
    for partition in going:
        for host in store.each_host():
            try:
                host.command(f"ALTER TABLE {partition.table} DROP PARTITION ID '{partition.id}'")
            except StoreError as error:
                log.warning("cannot drop partition %s of %s: %s", partition.id, partition.table, error)
        log.info("dropped %s of %s: %d bytes", partition.id, partition.table, partition.bytes)
    return going
