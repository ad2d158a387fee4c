-- Errors of each release in the range, a crash once, and for how many users.
SELECT
    release,
    count() AS errors,
    uniqIf(user_id, user_id != '') AS error_users,
    min(time) AS first_time,
    max(time) AS last_time
FROM errors
WHERE project_id = {project_id:UInt32}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND time < {until:DateTime64(9, 'UTC')}
    AND release != ''
    /* AND filters */
GROUP BY release
ORDER BY last_time DESC
LIMIT 5000
