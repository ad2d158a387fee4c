-- One row a product event (PostHog's model). The same uuid sent twice counts once.
-- `properties` keeps everything the SDK sent; hot ones are columns too.
-- Rows are ordered and partitioned by `sent_day`, the day on the client's own clock: it is the same in every
-- retry, while `time` is corrected by a clock difference that each request measures anew
-- (docs/decisions/0010-event-dedupe.md). `time_range` prunes by `time` instead of the partition key.
-- shard_by: sipHash64(distinct_id)
CREATE TABLE events (
    project_id UInt32 CODEC(ZSTD(1)),
    time DateTime64(6, 'UTC') COMMENT 'corrected for the client''s clock' CODEC(Delta(8), ZSTD(1)),
    sent_time Nullable(DateTime64(6, 'UTC')) COMMENT 'timestamp as the client gave it' CODEC(ZSTD(1)),
    sent_day Date DEFAULT toDate(ifNull(sent_time, time)) COMMENT 'same in every retry' CODEC(Delta(2), ZSTD(1)),
    received_at DateTime64(3, 'UTC') DEFAULT now64(3) CODEC(Delta(8), ZSTD(1)),
    uuid UUID CODEC(ZSTD(1)),
    event LowCardinality(String),
    distinct_id String CODEC(ZSTD(1)),
    user_id String ALIAS distinct_id,
    session_id String CODEC(ZSTD(1)),
    window_id String CODEC(ZSTD(1)),
    trace_id String CODEC(ZSTD(1)),
    span_id String CODEC(ZSTD(1)),
    service LowCardinality(String),
    environment LowCardinality(String),
    release LowCardinality(String),
    lib LowCardinality(String),
    lib_version LowCardinality(String),
    current_url String CODEC(ZSTD(1)),
    pathname String CODEC(ZSTD(1)),
    process_person_profile Bool DEFAULT true,
    ip String CODEC(ZSTD(1)),
    properties JSON(max_dynamic_paths = 256) CODEC(ZSTD(1)),
    properties_text String COMMENT 'properties as sent, where the JSON type cannot say it: null, {}, integers beyond 64 bits; else empty' CODEC(ZSTD(1)),
    INDEX time_range time TYPE minmax GRANULARITY 1,
    INDEX session_id_bloom session_id TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX distinct_id_bloom distinct_id TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX trace_id_bloom trace_id TYPE bloom_filter(0.01) GRANULARITY 4
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(sent_day)
ORDER BY (project_id, sent_day, event, cityHash64(distinct_id), uuid)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_bytes_for_full_part_storage = 1048576,
    ttl_only_drop_parts = 1;
