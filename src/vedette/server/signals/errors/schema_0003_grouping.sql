-- Why an error is in its group: which frames, types and words counted (JSON, docs/grouping.md). From here on
-- `fingerprints` are `<strategy>.v<version>:<32 hex digits>`, and `fingerprint` is the first one's digits.
-- shard_by: sipHash64(event_id)
ALTER TABLE errors ADD COLUMN grouping String CODEC(ZSTD(3));
