-- What happened to items received, per minute, newest first. `tie` tells rows of one minute apart.
SELECT
    toStartOfMinute(outcomes.time) AS time,
    protocol,
    category,
    outcome,
    reason,
    sum(quantity) AS quantity,
    sum(outcomes.bytes) AS bytes,
    lower(hex(cityHash64(protocol, category, outcome, reason))) AS tie
FROM outcomes
WHERE project_id = {project_id:UInt32}
    AND outcomes.time >= toStartOfMinute({since:DateTime64(9, 'UTC')})
    AND outcomes.time < {until:DateTime64(9, 'UTC')} + INTERVAL 1 MINUTE
    AND toStartOfMinute(outcomes.time) < {until:DateTime64(9, 'UTC')}
    /* AND filters */
GROUP BY time, protocol, category, outcome, reason
ORDER BY time DESC, tie DESC
LIMIT {limit:UInt32}
