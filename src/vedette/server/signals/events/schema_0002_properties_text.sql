-- shard_by: sipHash64(distinct_id)
ALTER TABLE events COMMENT COLUMN properties_text 'properties as sent, where the JSON type cannot say it: null, {}, integers beyond 64 bits, %2E in a name, booleans and large integers among other numbers in a list; else empty';
