-- Release health. A single session sends several states (the highest seq wins at read time); servers send
-- counts per minute, which are rows of their own with `quantity` > 1 and no session_id.
-- shard_by: sipHash64(session_id, user_id)
CREATE TABLE sessions (
    project_id UInt32,
    started DateTime64(3, 'UTC'),
    time DateTime64(3, 'UTC') COMMENT 'of this state',
    received_at DateTime64(3, 'UTC') DEFAULT now64(3),
    session_id String,
    row_id UInt64 COMMENT 'hash of the item: a re-sent one counts once',
    seq UInt64,
    user_id String,
    status LowCardinality(String) COMMENT 'ok, exited, crashed, abnormal, errored',
    is_init Bool,
    errors UInt32,
    duration_ms Nullable(UInt64),
    quantity UInt32 DEFAULT 1,
    release LowCardinality(String),
    environment LowCardinality(String),
    service LowCardinality(String)
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(started)
ORDER BY (project_id, toStartOfHour(started), release, session_id, seq, row_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_bytes_for_full_part_storage = 1048576,
    ttl_only_drop_parts = 1;
