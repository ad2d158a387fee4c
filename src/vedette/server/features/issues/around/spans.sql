-- The spans of a trace around an error, by their start.
SELECT
    span_id,
    parent_span_id,
    toUnixTimestamp64Nano(time) AS start_ns,
    duration_ns,
    name,
    service,
    op,
    status_code,
    status_message
FROM spans
WHERE project_id = {project_id:UInt32}
    AND trace_id = {trace_id:String}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND time < {until:DateTime64(9, 'UTC')}
ORDER BY spans.time, span_id
LIMIT 1 BY span_id
LIMIT {limit:UInt32}
