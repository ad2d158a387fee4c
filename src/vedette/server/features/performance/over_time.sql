-- One transaction over time.
WITH key -> round(reinterpretAsFloat32(bitShiftLeft(toUInt32(key), 14) + 8192)) AS duration_of
SELECT
    intDiv(toUnixTimestamp(time), {step:UInt32}) * {step:UInt32} AS bucket,
    sum(sample_weight) AS count,
    count() AS stored,
    sumIf(sample_weight, is_failed) AS failed,
    arrayMap(
        key -> duration_of(key),
        quantilesExactWeighted(0.5, 0.75, 0.95, 0.99)(duration_key, toUInt32(round(sample_weight * 100)))) AS quantiles
FROM spans
WHERE project_id = {project_id:UInt32}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND time < {until:DateTime64(9, 'UTC')}
    AND is_transaction
    /* AND filters */
GROUP BY bucket
ORDER BY bucket
