-- Every span of some traces.
SELECT
    trace_id,
    span_id,
    parent_span_id,
    toUnixTimestamp64Nano(time) AS start_ns,
    duration_ns,
    name,
    transaction_op AS operation,
    service
FROM spans
WHERE project_id = {project_id:UInt32}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND time < {until:DateTime64(9, 'UTC')}
    AND trace_id IN {trace_ids:Array(String)}
ORDER BY trace_id, spans.time
LIMIT 1 BY trace_id, span_id
LIMIT {limit:UInt32}
