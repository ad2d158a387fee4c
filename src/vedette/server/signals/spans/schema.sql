-- One row a span; a Sentry transaction is a span with is_segment. `time` is the start.
-- shard_by: sipHash64(trace_id)
CREATE TABLE spans (
    project_id UInt32 CODEC(ZSTD(1)),
    time DateTime64(9, 'UTC') CODEC(Delta(8), ZSTD(1)),
    duration_ns UInt64 CODEC(T64, ZSTD(1)),
    received_at DateTime64(3, 'UTC') DEFAULT now64(3) CODEC(Delta(8), ZSTD(1)),
    request_id UInt64 CODEC(ZSTD(1)),
    source LowCardinality(String),
    service LowCardinality(String),
    environment LowCardinality(String),
    release LowCardinality(String),
    trace_id String CODEC(ZSTD(1)),
    span_id String CODEC(ZSTD(1)),
    parent_span_id String CODEC(ZSTD(1)),
    is_segment Bool,
    name LowCardinality(String),
    op LowCardinality(String),
    kind LowCardinality(String) COMMENT 'unspecified, internal, server, client, producer, consumer',
    status_code LowCardinality(String) COMMENT 'unset, ok, error',
    status_message String CODEC(ZSTD(1)),
    session_id String CODEC(ZSTD(1)),
    user_id String CODEC(ZSTD(1)),
    trace_state String CODEC(ZSTD(1)),
    flags UInt32 CODEC(ZSTD(1)),
    scope_name LowCardinality(String),
    scope_version LowCardinality(String),
    attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    scope_attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    resource Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    events Array(Tuple(time DateTime64(9, 'UTC'), name String, attributes Map(String, String))) CODEC(ZSTD(1)),
    links Array(Tuple(trace_id String, span_id String, trace_state String, attributes Map(String, String))) CODEC(ZSTD(1)),
    measurements Map(LowCardinality(String), Float64) CODEC(ZSTD(1)),
    dropped_attributes_count UInt32 CODEC(ZSTD(1)),
    dropped_events_count UInt32 CODEC(ZSTD(1)),
    dropped_links_count UInt32 CODEC(ZSTD(1)),
    attribute_items Array(String) ALIAS arrayMap((k, v) -> concat(k, '=', v), mapKeys(attributes), mapValues(attributes)),
    INDEX attribute_items_text arrayMap((k, v) -> concat(k, '=', v), mapKeys(attributes), mapValues(attributes)) TYPE text(tokenizer = 'array'),
    INDEX trace_id_bloom trace_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX user_id_bloom user_id TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX session_id_bloom session_id TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX duration_minmax duration_ns TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toDate(time)
ORDER BY (project_id, toStartOfFiveMinutes(time), service, name, time)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_bytes_for_full_part_storage = 1048576,
    ttl_only_drop_parts = 1, non_replicated_deduplication_window = 1000,
    merge_selector_base = 12;

-- Trace id → time range, so that opening a trace reads a few granules and not every day.
-- shard_by: sipHash64(trace_id)
CREATE TABLE trace_times (
    project_id UInt32,
    trace_id String,
    first_time SimpleAggregateFunction(min, DateTime64(9, 'UTC')),
    last_time SimpleAggregateFunction(max, DateTime64(9, 'UTC'))
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(first_time)
ORDER BY (project_id, trace_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_bytes_for_full_part_storage = 1048576,
    ttl_only_drop_parts = 1;

-- Whoever writes spans writes trace times with them.
CREATE MATERIALIZED VIEW spans_to_trace_times TO trace_times AS
SELECT
    project_id,
    trace_id,
    min(time) AS first_time,
    max(time + toIntervalNanosecond(duration_ns)) AS last_time
FROM spans
WHERE trace_id != ''
GROUP BY project_id, trace_id;
