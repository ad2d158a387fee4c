-- A transaction in each release that ran it, those seen last first.
WITH key -> round(reinterpretAsFloat32(bitShiftLeft(toUInt32(key), 14) + 8192)) AS duration_of
SELECT
    release,
    min(time) AS first_time,
    max(time) AS last_time,
    sum(sample_weight) AS count,
    sumIf(sample_weight, is_failed) / count AS failure_rate,
    arrayMap(
        key -> duration_of(key),
        quantilesExactWeighted(0.5, 0.95)(duration_key, toUInt32(round(sample_weight * 100)))) AS quantiles
FROM spans
WHERE project_id = {project_id:UInt32}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND time < {until:DateTime64(9, 'UTC')}
    AND is_transaction
    AND release != ''
    /* AND filters */
GROUP BY release
ORDER BY last_time DESC, release
LIMIT 12
