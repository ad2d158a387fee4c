-- What SDKs said about people, as facts. Who is who is worked out when a question is asked (an overlay),
-- so a merge takes effect at once for all history and can be undone.
-- One row an $identify, alias or merge: `from_distinct_id` is said to be the same person as `distinct_id`.
-- shard_by: sipHash64(distinct_id)
CREATE TABLE identity_links (
    project_id UInt32,
    distinct_id String,
    from_distinct_id String,
    kind LowCardinality(String) COMMENT 'identify, alias, merge',
    time DateTime64(6, 'UTC'),
    uuid UUID
)
ENGINE = ReplacingMergeTree
ORDER BY (project_id, distinct_id, from_distinct_id, uuid)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- One row an event that sets person properties ($set, $set_once, $unset).
-- shard_by: sipHash64(distinct_id)
CREATE TABLE person_updates (
    project_id UInt32,
    distinct_id String,
    time DateTime64(6, 'UTC'),
    uuid UUID,
    is_identified Bool,
    set Map(String, String) COMMENT 'values are JSON',
    set_once Map(String, String) COMMENT 'values are JSON',
    unset Array(String)
)
ENGINE = ReplacingMergeTree
ORDER BY (project_id, distinct_id, time, uuid)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
