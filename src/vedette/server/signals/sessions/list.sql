-- Release-health sessions, each in its latest state, newest first. Counts per minute have no session_id and stand
-- as they are.
SELECT
    session_id,
    sessions.started AS time,
    sessions.time AS updated_at,
    user_id,
    status,
    errors,
    duration_ms,
    quantity,
    release,
    environment,
    service,
    if(session_id = '', toString(row_id), session_id) AS tie
FROM sessions
WHERE project_id = {project_id:UInt32}
    AND started >= {since:DateTime64(9, 'UTC')}
    AND started < {until:DateTime64(9, 'UTC')}
    /* AND filters */
ORDER BY started DESC, tie DESC, seq DESC, updated_at DESC
LIMIT 1 BY started, tie
LIMIT {limit:UInt32}
