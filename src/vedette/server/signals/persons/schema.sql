-- What SDKs said about people, as facts. Who is who is worked out when a question is asked (an overlay),
-- so a merge takes effect at once for all history and can be undone (docs/decisions/0011-persons.md).
-- One row an $identify, alias or merge: `from_distinct_id` is said to be the same person as `distinct_id`.
-- shard_by: sipHash64(distinct_id)
CREATE TABLE identity_links (
    project_id UInt32,
    distinct_id String,
    from_distinct_id String,
    kind LowCardinality(String) COMMENT 'identify, alias, merge',
    time DateTime64(6, 'UTC'),
    seq UInt64 COMMENT 'order of arrival, for links of the same time',
    uuid UUID
)
ENGINE = ReplacingMergeTree
ORDER BY (project_id, distinct_id, from_distinct_id, uuid)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_bytes_for_full_part_storage = 1048576;

-- One row an event that sets person properties ($set, $set_once, $unset), and one an $identify.
-- shard_by: sipHash64(distinct_id)
CREATE TABLE person_updates (
    project_id UInt32,
    distinct_id String,
    time DateTime64(6, 'UTC'),
    seq UInt64 COMMENT 'order of arrival, for updates of the same time',
    uuid UUID,
    is_identified Bool,
    set Map(String, String) COMMENT 'values are JSON',
    set_once Map(String, String) COMMENT 'values are JSON',
    unset Array(String)
)
ENGINE = ReplacingMergeTree
ORDER BY (project_id, distinct_id, uuid)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_bytes_for_full_part_storage = 1048576;

-- Every distinct_id seen, with the range of its events: lists of people need not read `events`.
-- shard_by: sipHash64(distinct_id)
CREATE TABLE distinct_ids (
    project_id UInt32,
    distinct_id String,
    first_time SimpleAggregateFunction(min, DateTime64(6, 'UTC')),
    last_time SimpleAggregateFunction(max, DateTime64(6, 'UTC')),
    has_profile SimpleAggregateFunction(max, Bool) COMMENT 'any event that may make a person'
)
ENGINE = AggregatingMergeTree
ORDER BY (project_id, distinct_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_bytes_for_full_part_storage = 1048576;

CREATE MATERIALIZED VIEW distinct_ids_of_events TO distinct_ids AS
SELECT project_id, distinct_id, min(time) AS first_time, max(time) AS last_time, max(process_person_profile) AS has_profile
FROM events
GROUP BY project_id, distinct_id;

-- The first time each id was mentioned by a link, or identified: the one row that decides its parent. Kept by the
-- views below, because working it out from 100,000 links takes 100 ms, and every question about people needs it.
-- shard_by: sipHash64(distinct_id)
CREATE TABLE first_mentions (
    project_id UInt32,
    distinct_id String,
    mention SimpleAggregateFunction(min, Tuple(Int64, UInt64, String)) COMMENT 'microseconds since 1970, seq, parent or empty for a target'
)
ENGINE = AggregatingMergeTree
ORDER BY (project_id, distinct_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_bytes_for_full_part_storage = 1048576;

CREATE MATERIALIZED VIEW first_mentions_in_links TO first_mentions AS
SELECT project_id, said.1 AS distinct_id, min((time_us, seq, said.2)) AS mention
FROM (
    SELECT
        project_id,
        toUnixTimestamp64Micro(time) AS time_us,
        seq,
        arrayJoin([(from_distinct_id, if(kind = 'merge', '', distinct_id)), (distinct_id, '')]) AS said
    FROM identity_links
)
GROUP BY project_id, said.1;

CREATE MATERIALIZED VIEW first_mentions_in_updates TO first_mentions AS
SELECT project_id, distinct_id, min((toUnixTimestamp64Micro(time), seq, '')) AS mention
FROM person_updates
WHERE is_identified
GROUP BY project_id, distinct_id;
