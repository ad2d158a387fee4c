-- Which events came, how often, when last, and how many said of themselves that they are not as declared.
SELECT
    event,
    count() AS count,
    uniq(distinct_id) AS users,
    max(time) AS last_time,
    countIf(isNotNull(properties.`$schema_violations`)) AS violating
FROM events
WHERE project_id = {project_id:UInt32}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND time < {until:DateTime64(9, 'UTC')}
    /* AND filters */
GROUP BY event
ORDER BY count DESC, event
LIMIT 2000
