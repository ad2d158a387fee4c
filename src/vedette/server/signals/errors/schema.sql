-- One row an occurrence of an exception (or a captured message). The same event_id sent twice counts once.
-- `fingerprints` come in order of preference; an issue is a GROUP BY over the first that people kept together.
-- `payload` is the whole event as JSON, after scrubbing; the columns are what lists and filters need.
-- Errors arrive a few at a time: merging 20 small parts at once instead of 5 takes a third off the cost of an insert
-- (22 -> 15 CPU-ms with 8 rows), for 2 ms more in a query.
-- shard_by: sipHash64(event_id)
CREATE TABLE errors (
    project_id UInt32 CODEC(ZSTD(1)),
    time DateTime64(6, 'UTC') CODEC(Delta(8), ZSTD(1)),
    received_at DateTime64(3, 'UTC') DEFAULT now64(3) CODEC(Delta(8), ZSTD(1)),
    event_id String COMMENT '32 hex digits' CODEC(ZSTD(1)),
    source LowCardinality(String) COMMENT 'sentry, posthog, otlp',
    platform LowCardinality(String),
    level LowCardinality(String) COMMENT 'fatal, error, warning, info, debug',
    type LowCardinality(String) COMMENT 'exception type, e.g. ZeroDivisionError; empty for a message',
    value String COMMENT 'exception value, or the message' CODEC(ZSTD(1)),
    title String CODEC(ZSTD(1)),
    culprit LowCardinality(String),
    handled Nullable(Bool),
    mechanism LowCardinality(String),
    logger LowCardinality(String),
    transaction LowCardinality(String),
    fingerprint String COMMENT '32 hex digits; the first of fingerprints' CODEC(ZSTD(1)),
    fingerprints Array(String) CODEC(ZSTD(1)),
    service LowCardinality(String),
    environment LowCardinality(String),
    release LowCardinality(String),
    dist LowCardinality(String),
    server_name LowCardinality(String),
    trace_id String CODEC(ZSTD(1)),
    span_id String CODEC(ZSTD(1)),
    session_id String CODEC(ZSTD(1)),
    user_id String CODEC(ZSTD(1)),
    user_email String CODEC(ZSTD(1)),
    user_name String CODEC(ZSTD(1)),
    user_ip String CODEC(ZSTD(1)),
    url String CODEC(ZSTD(1)),
    sdk_name LowCardinality(String),
    sdk_version LowCardinality(String),
    tags Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    frames Array(Tuple(module String, function String, filename String, lineno UInt32, in_app Bool)) COMMENT 'of the exception that was raised, outermost call first' CODEC(ZSTD(3)),
    payload String CODEC(ZSTD(3)),
    INDEX event_id_bloom event_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX fingerprint_bloom fingerprint TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX trace_id_bloom trace_id TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX user_id_bloom user_id TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX title_words lower(title) TYPE text(tokenizer = 'splitByNonAlpha')
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(time)
ORDER BY (project_id, toStartOfHour(time), fingerprint, time, event_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_bytes_for_full_part_storage = 1048576,
    min_parts_to_merge_at_once = 20, ttl_only_drop_parts = 1;

-- Files sent along with an event (Sentry attachments). Content is stored as sent.
-- shard_by: sipHash64(event_id)
CREATE TABLE error_attachments (
    project_id UInt32,
    time DateTime64(3, 'UTC') DEFAULT now64(3),
    event_id String,
    attachment_id String,
    filename String,
    content_type String,
    attachment_type LowCardinality(String),
    size UInt64,
    content String CODEC(ZSTD(3))
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(time)
ORDER BY (project_id, event_id, attachment_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_bytes_for_full_part_storage = 1048576,
    ttl_only_drop_parts = 1, index_granularity = 64;

-- What users wrote about an error: Sentry feedback and the older user_report.
-- shard_by: sipHash64(event_id)
CREATE TABLE feedback (
    project_id UInt32,
    time DateTime64(6, 'UTC'),
    received_at DateTime64(3, 'UTC') DEFAULT now64(3),
    feedback_id String,
    event_id String COMMENT 'the error it is about, empty when none',
    name String,
    email String,
    message String CODEC(ZSTD(1)),
    url String,
    replay_id String,
    trace_id String,
    user_id String,
    environment LowCardinality(String),
    release LowCardinality(String),
    payload String CODEC(ZSTD(3))
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(time)
ORDER BY (project_id, time, feedback_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_bytes_for_full_part_storage = 1048576,
    ttl_only_drop_parts = 1;
