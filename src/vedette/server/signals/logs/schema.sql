-- One row a log record. Shared columns of all signals: project_id, time, trace_id, span_id, session_id, user_id,
-- release, environment, service. `request_id` is a hash of the request that brought the record (0: unknown): after
-- a crash it tells a client's retry from new data. Sort key: docs/decisions/0002-log-sort-key.md.
-- shard_by: sipHash64(trace_id, time)
CREATE TABLE logs (
    project_id UInt32 CODEC(ZSTD(1)),
    time DateTime64(9, 'UTC') CODEC(Delta(8), ZSTD(1)),
    observed_time DateTime64(9, 'UTC') CODEC(Delta(8), ZSTD(1)),
    received_at DateTime64(3, 'UTC') DEFAULT now64(3) CODEC(Delta(8), ZSTD(1)),
    request_id UInt64 CODEC(ZSTD(1)),
    source LowCardinality(String),
    service LowCardinality(String),
    environment LowCardinality(String),
    release LowCardinality(String),
    severity_number UInt8,
    severity_text LowCardinality(String),
    event_name LowCardinality(String),
    body String CODEC(ZSTD(1)),
    trace_id String CODEC(ZSTD(1)),
    span_id String CODEC(ZSTD(1)),
    session_id String CODEC(ZSTD(1)),
    user_id String CODEC(ZSTD(1)),
    flags UInt32 CODEC(ZSTD(1)),
    scope_name LowCardinality(String),
    scope_version LowCardinality(String),
    attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    scope_attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    resource Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    dropped_attributes_count UInt32 CODEC(ZSTD(1)),
    attribute_items Array(String) ALIAS arrayMap((k, v) -> concat(k, '=', v), mapKeys(attributes), mapValues(attributes)),
    INDEX body_words lower(body) TYPE text(tokenizer = 'splitByNonAlpha'),
    INDEX attribute_items_text arrayMap((k, v) -> concat(k, '=', v), mapKeys(attributes), mapValues(attributes)) TYPE text(tokenizer = 'array'),
    INDEX trace_id_bloom trace_id TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX user_id_bloom user_id TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX session_id_bloom session_id TYPE bloom_filter(0.01) GRANULARITY 4
)
ENGINE = MergeTree
PARTITION BY toDate(time)
ORDER BY (project_id, toStartOfFiveMinutes(time), service, time)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_bytes_for_full_part_storage = 1048576,
    ttl_only_drop_parts = 1, non_replicated_deduplication_window = 1000,
    merge_selector_base = 12;
