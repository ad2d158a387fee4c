-- The time of the last row of a page: found by its time alone, so the page itself is read from a few granules.
SELECT toString(toUnixTimestamp64Nano(time)) AS time_ns
FROM spans
WHERE project_id = {project_id:UInt32}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND time < {until:DateTime64(9, 'UTC')}
    /* AND filters */
ORDER BY toStartOfFiveMinutes(time) DESC, time DESC
LIMIT 1 OFFSET {offset:UInt32}
