-- What kind of problem a row is: an error that somebody reported, or something slow that a detector found in spans
-- (docs/detectors.md). Both become issues; whoever counts errors asks for the first.
-- shard_by: sipHash64(event_id)
ALTER TABLE errors ADD COLUMN category LowCardinality(String) DEFAULT 'error' COMMENT 'error, performance';

-- In how many traces each finding was met in each hour. Of a hot endpoint a few are kept as rows of `errors`; all are
-- counted here, one that is found again counts once. A sketch: exact for some hundreds, within 1 % beyond.
-- shard_by: sipHash64(fingerprint)
CREATE TABLE finding_hours (
    project_id UInt32,
    fingerprint String CODEC(ZSTD(1)),
    hour DateTime('UTC'),
    event_id SimpleAggregateFunction(any, String) COMMENT 'what is written; one of them is kept' CODEC(ZSTD(1)),
    found AggregateFunction(uniqCombined(14), String)
        DEFAULT initializeAggregation('uniqCombinedState(14)', event_id)
)
ENGINE = AggregatingMergeTree
ORDER BY (project_id, fingerprint, hour)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_bytes_for_full_part_storage = 1048576,
    min_parts_to_merge_at_once = 20;
