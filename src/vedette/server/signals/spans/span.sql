-- One span of a trace with everything it carried.
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
    measurements
FROM spans
WHERE project_id = {project_id:UInt32}
    AND trace_id = {trace_id:String}
    AND span_id = {span_id:String}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND time < {until:DateTime64(9, 'UTC')}
ORDER BY spans.time
LIMIT 1
