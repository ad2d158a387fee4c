-- Cron check-ins, each in its latest state, newest first.
SELECT
    check_in_id,
    time,
    monitor_slug,
    status,
    duration_ms,
    environment,
    release,
    trace_id
FROM check_ins
WHERE project_id = {project_id:UInt32}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND time < {until:DateTime64(9, 'UTC')}
    /* AND filters */
ORDER BY time DESC, check_in_id DESC, status = 'in_progress'
LIMIT 1 BY check_in_id
LIMIT {limit:UInt32}
