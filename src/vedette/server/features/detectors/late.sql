-- Traces of which something came in a window long after it began, and when they were.
SELECT
    trace_id,
    toUnixTimestamp64Nano(min(first_time)) AS first_ns,
    toUnixTimestamp64Nano(max(last_time)) AS last_ns
FROM trace_times
WHERE project_id = {project_id:UInt32}
    AND trace_id IN (
        SELECT trace_id
        FROM spans
        WHERE project_id = {project_id:UInt32}
            AND time >= {since:DateTime64(9, 'UTC')}
            AND time < {recent:DateTime64(9, 'UTC')}
            AND received_at >= {after:DateTime64(9, 'UTC')}
            AND received_at < {before:DateTime64(9, 'UTC')}
            AND trace_id != ''
        GROUP BY trace_id
        ORDER BY trace_id
        LIMIT {limit:UInt32}
    )
GROUP BY trace_id
SETTINGS final = 0
