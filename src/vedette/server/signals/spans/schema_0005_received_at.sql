-- What came since a moment, whatever its own time, is found without reading a whole day's column.
-- shard_by: sipHash64(trace_id)
ALTER TABLE spans ADD INDEX received_at_minmax received_at TYPE minmax GRANULARITY 1;
