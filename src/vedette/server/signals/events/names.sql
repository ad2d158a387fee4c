-- Which events there are, the most frequent first.
SELECT event, count() AS count, max(time) AS last_time
FROM events
WHERE project_id = {project_id:UInt32}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND time < {until:DateTime64(9, 'UTC')}
    /* AND filters */
GROUP BY event
ORDER BY count DESC, event
LIMIT 1000
