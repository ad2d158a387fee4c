-- Spans of each release in the range: what tells of a release that has neither errors nor sessions.
SELECT
    release,
    count() AS spans,
    min(time) AS first_time,
    max(time) AS last_time
FROM spans
WHERE project_id = {project_id:UInt32}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND time < {until:DateTime64(9, 'UTC')}
    AND release != ''
    /* AND filters */
GROUP BY release
ORDER BY last_time DESC
LIMIT 5000
