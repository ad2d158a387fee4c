-- Percentiles of gauges and sums over their points, and of summaries over what their senders worked out.
SELECT
    toDateTime(intDiv(toUnixTimestamp(metric_points.time), {step:UInt32}) * {step:UInt32}, 'UTC') AS bucket,
    labels,
    avgIf(
        arrayFirst(item -> item.1 = {quantile:Float64}, quantiles).2,
        arrayExists(item -> item.1 = {quantile:Float64}, quantiles)) AS of_summaries,
    quantiles(0.5, 0.95, 0.99)(value) AS of_points
FROM metric_points
INNER JOIN (
    SELECT
        series_id,
        CAST(arrayMap(name -> multiIf(
            name = 'service', service,
            name = 'environment', environment,
            name = 'release', release,
            name = 'scope_name', scope_name,
            startsWith(name, 'resource.'), resource[substring(name, 10)],
            startsWith(name, 'attributes.'), attributes[substring(name, 12)],
            attributes[name]
        ), {group_by:Array(String)}), 'Array(String)') AS labels
    FROM metric_series
    WHERE project_id = {project_id:UInt32}
        AND metric_name = {metric_name:String}
        /* AND filters */
) AS series ON series.series_id = metric_points.series_id
WHERE project_id = {project_id:UInt32}
    AND metric_name = {metric_name:String}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND time < {until:DateTime64(9, 'UTC')}
    AND NOT is_stale
GROUP BY bucket, labels
ORDER BY bucket
