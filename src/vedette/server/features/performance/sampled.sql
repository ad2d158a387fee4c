-- A few transactions, spread over the range by their ids' hashes, so that asking again looks at the same.
SELECT
    trace_id,
    span_id,
    toUnixTimestamp64Nano(time) AS start_ns,
    duration_ns
FROM spans
WHERE project_id = {project_id:UInt32}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND time < {until:DateTime64(9, 'UTC')}
    AND is_transaction
    AND trace_id != ''
    AND span_id != ''
    /* AND filters */
ORDER BY sipHash64(span_id)
LIMIT {limit:UInt32}
