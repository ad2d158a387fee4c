-- Product events, newest first.
SELECT
    uuid,
    time,
    event,
    distinct_id,
    session_id,
    trace_id,
    current_url,
    lib,
    properties,
    properties_text
FROM events
WHERE project_id = {project_id:UInt32}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND time < {until:DateTime64(9, 'UTC')}
    /* AND filters */
ORDER BY time DESC, uuid DESC
LIMIT {limit:UInt32}
