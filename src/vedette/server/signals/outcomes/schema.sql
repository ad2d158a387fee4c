-- What happened to every item received, per minute. Rejected items keep a capped sample of their payload.
-- shard_by: cityHash64(time)
CREATE TABLE outcomes (
    project_id UInt32 COMMENT '0: the key was unknown, so no project is',
    time DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    protocol LowCardinality(String) COMMENT 'otlp, sentry, posthog, prometheus, betterstack',
    category LowCardinality(String) COMMENT 'log, span, metric_point, event, error, session, check_in, …',
    outcome LowCardinality(String) COMMENT 'accepted, rejected, filtered, rate_limited, client_discarded, changed',
    reason LowCardinality(String) COMMENT 'empty when accepted',
    quantity UInt64,
    bytes UInt64,
    detail String COMMENT 'what was wrong and where' CODEC(ZSTD(1)),
    sample String COMMENT 'start of the payload, at most 4 KiB' CODEC(ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(time)
ORDER BY (project_id, toStartOfMinute(time), protocol, category, outcome, reason)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_bytes_for_full_part_storage = 1048576,
    ttl_only_drop_parts = 1, non_replicated_deduplication_window = 1000;
