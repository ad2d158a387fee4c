-- Occurrences of exceptions, newest first.
SELECT
    event_id,
    time,
    level,
    type,
    value,
    title,
    culprit,
    handled,
    platform,
    service,
    environment,
    release,
    transaction,
    trace_id,
    span_id,
    session_id,
    user_id,
    user_email,
    fingerprint,
    category,
    source
FROM errors
WHERE project_id = {project_id:UInt32}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND time < {until:DateTime64(9, 'UTC')}
    /* AND filters */
ORDER BY toStartOfHour(time) DESC, time DESC, event_id DESC
LIMIT {limit:UInt32}
