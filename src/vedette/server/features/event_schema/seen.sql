-- Which events came, how often, of how many users, and when last.
SELECT
    event,
    count() AS count,
    uniq(distinct_id) AS users,
    max(time) AS last_time
FROM events
WHERE project_id = {project_id:UInt32}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND time < {until:DateTime64(9, 'UTC')}
    /* AND filters */
GROUP BY event
ORDER BY count DESC, event
LIMIT 2000
