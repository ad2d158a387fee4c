-- The requests (as in `spans.sql`) that take longest at the 95th percentile, by name.
SELECT
    name,
    service,
    count() AS count,
    quantileTDigest(0.95)(duration_ns) AS p95_ns,
    countIf(status_code = 'error') / count() AS error_rate
FROM spans
WHERE project_id = {project_id:UInt32}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND time < {until:DateTime64(9, 'UTC')}
    AND (
        kind = 'server'
        OR (is_segment AND source = 'sentry' AND op NOT IN ('pageload', 'navigation') AND NOT startsWith(op, 'ui.'))
    )
    /* AND filters */
GROUP BY name, service
ORDER BY p95_ns DESC, name
LIMIT 8
