-- What each fingerprint of an issue looks like, the one seen last first.
SELECT
    fingerprint,
    argMax(title, time) AS title,
    argMax(culprit, time) AS culprit,
    argMax(source, time) AS source,
    count() AS count,
    min(time) AS first_time,
    max(time) AS last_time,
    argMax(event_id, time) AS last_event_id
FROM errors
WHERE project_id = {project_id:UInt32}
    AND fingerprint IN {fingerprints:Array(String)}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND time < {until:DateTime64(9, 'UTC')}
    /* AND filters */
GROUP BY fingerprint
ORDER BY last_time DESC, fingerprint
