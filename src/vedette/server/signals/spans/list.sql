-- Spans, newest first by their start.
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
    source
FROM spans
WHERE project_id = {project_id:UInt32}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND time < {until:DateTime64(9, 'UTC')}
    /* AND filters */
ORDER BY toStartOfFiveMinutes(time) DESC, time DESC, span_id DESC
LIMIT {limit:UInt32}
