-- How long a transaction takes: four classes an octave, each from 2^(class/4) nanoseconds to the next.
SELECT
    toInt32(floor(4 * log2(greatest(duration_ns, 1)))) AS class,
    sum(sample_weight) AS count,
    count() AS stored,
    sumIf(sample_weight, is_failed) AS failed
FROM spans
WHERE project_id = {project_id:UInt32}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND time < {until:DateTime64(9, 'UTC')}
    AND is_transaction
    /* AND filters */
GROUP BY class
ORDER BY class
