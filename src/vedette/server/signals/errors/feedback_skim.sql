-- Which feedback there is, the newest first, with what tells which error it is about.
SELECT
    feedback_id,
    time,
    event_id,
    trace_id,
    environment,
    release,
    user_id
FROM feedback
WHERE project_id = {project_id:UInt32}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND time < {until:DateTime64(9, 'UTC')}
    /* AND filters */
ORDER BY time DESC, feedback_id DESC
LIMIT {limit:UInt32}
SETTINGS final = 0
