-- Which other errors a user or a session met around an error, those nearest to it first.
SELECT
    fingerprint,
    argMax(title, time) AS title,
    argMax(culprit, time) AS culprit,
    argMax(level, time) AS level,
    argMax(event_id, time) AS last_event_id,
    count() AS count,
    min(time) AS first_time,
    max(time) AS last_time
FROM errors
WHERE project_id = {project_id:UInt32}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND time < {until:DateTime64(9, 'UTC')}
    AND (user_id IN {ids:Array(String)} OR (session_id != '' AND session_id = {session_id:String}))
    AND fingerprint NOT IN {fingerprints:Array(String)}
    /* AND filters */
GROUP BY fingerprint
ORDER BY last_time DESC, fingerprint
LIMIT {limit:UInt32}
