-- The spans of one trace, each once, by their start.
SELECT
    time,
    duration_ns,
    trace_id,
    span_id,
    parent_span_id,
    is_segment,
    name,
    op,
    kind,
    status_code,
    status_message,
    service,
    environment,
    release,
    session_id,
    user_id,
    source,
    attributes,
    resource,
    scope_name,
    events,
    links,
    measurements,
    toUnixTimestamp64Nano(time) AS start_ns
FROM spans
WHERE project_id = {project_id:UInt32}
    AND trace_id = {trace_id:String}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND time < {until:DateTime64(9, 'UTC')}
ORDER BY spans.time, span_id
LIMIT 1 BY span_id, if(span_id = '', toString(start_ns), '')
LIMIT {limit:UInt32}
