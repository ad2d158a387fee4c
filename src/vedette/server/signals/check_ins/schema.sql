-- Cron check-ins. One check_in_id sends in_progress, then ok or error; the latest wins at read time.
-- shard_by: sipHash64(monitor_slug)
CREATE TABLE check_ins (
    project_id UInt32,
    time DateTime64(3, 'UTC'),
    received_at DateTime64(3, 'UTC') DEFAULT now64(3),
    check_in_id String,
    monitor_slug LowCardinality(String),
    status LowCardinality(String) COMMENT 'in_progress, ok, error',
    duration_ms Nullable(UInt64),
    environment LowCardinality(String),
    release LowCardinality(String),
    trace_id String,
    monitor_config String COMMENT 'JSON as sent, empty when none' CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(time)
ORDER BY (project_id, monitor_slug, check_in_id, status)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_bytes_for_full_part_storage = 1048576,
    ttl_only_drop_parts = 1;
