-- Totals of the range, with the newest detail and sample of each kind.
SELECT
    protocol,
    category,
    outcome,
    reason,
    sum(outcomes.quantity) AS quantity,
    max(time) AS last_time,
    argMax(outcomes.detail, time) AS detail,
    argMax(outcomes.sample, time) AS sample
FROM outcomes
WHERE project_id = {project_id:UInt32}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND time < {until:DateTime64(9, 'UTC')}
    /* AND filters */
GROUP BY protocol, category, outcome, reason
ORDER BY quantity DESC, protocol, category, outcome, reason
LIMIT 1000
