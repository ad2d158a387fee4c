-- Users of a transaction whom it failed or kept waiting (over 4 T), the most affected first.
SELECT
    user_id,
    count() AS stored,
    countIf(is_failed) AS failed,
    countIf(duration_ns > 4 * {threshold_ns:UInt64}) AS kept_waiting,
    quantileTDigest(0.95)(duration_ns) AS p95_ns,
    max(time) AS last_time
FROM spans
WHERE project_id = {project_id:UInt32}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND time < {until:DateTime64(9, 'UTC')}
    AND is_transaction
    AND user_id != ''
    /* AND filters */
GROUP BY user_id
HAVING failed > 0 OR kept_waiting > 0
ORDER BY failed + kept_waiting DESC, user_id
LIMIT {limit:UInt32}
