-- Traces of which something came in a window long after it began, when they were, and how many there are.
SELECT
    trace_id,
    toUnixTimestamp64Nano(min(first_time)) AS first_ns,
    toUnixTimestamp64Nano(max(last_time)) AS last_ns,
    count() OVER () AS total
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
    )
GROUP BY trace_id
ORDER BY trace_id
LIMIT {limit:UInt32}
SETTINGS final = 0
