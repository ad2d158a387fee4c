-- Items per bucket by what happened to them.
SELECT
    toDateTime(intDiv(toUnixTimestamp(time), {step:UInt32}) * {step:UInt32}, 'UTC') AS bucket,
    outcome,
    sum(quantity) AS quantity
FROM outcomes
WHERE project_id = {project_id:UInt32}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND time < {until:DateTime64(9, 'UTC')}
    /* AND filters */
GROUP BY bucket, outcome
ORDER BY bucket, outcome
