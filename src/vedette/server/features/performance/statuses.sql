-- How a transaction ended, the commonest first.
SELECT
    status_code,
    status_message,
    http_status_code,
    is_failed AS failed,
    sum(sample_weight) AS count,
    count() AS stored
FROM spans
WHERE project_id = {project_id:UInt32}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND time < {until:DateTime64(9, 'UTC')}
    AND is_transaction
    /* AND filters */
GROUP BY status_code, status_message, http_status_code, is_failed
ORDER BY failed DESC, count DESC
LIMIT 20
