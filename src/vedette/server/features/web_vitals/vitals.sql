-- Each vital of the range, and in each bucket of time (the range is bucket 0): percentiles (nearest rank, to the millisecond
-- or 0.0001), loads by rating, mean score.
SELECT
    intDiv(toUnixTimestamp(time), {step:UInt32}) * {step:UInt32} AS bucket,
    metric,
    count() AS count,
    sum(weight) AS loads,
    quantilesExactWeighted(0.5, 0.75, 0.9)(
        if(metric = 'cls', round(value, 4), round(value)), toUInt64(round(weight * 100))) AS levels,
    sumIf(weight, rating = 'good') AS good,
    sumIf(weight, rating = 'needs_improvement') AS needs_improvement,
    sumIf(weight, rating = 'poor') AS poor,
    sum(score * weight) / loads AS mean_score
FROM measured
WHERE project_id = {project_id:UInt32}
GROUP BY GROUPING SETS ((metric), (metric, bucket))
