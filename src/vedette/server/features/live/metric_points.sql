-- Metric points, newest first, with the service of their series.
SELECT
    metric_points.time AS time,
    metric_name,
    series_id,
    type,
    value,
    count,
    service
FROM metric_points
ANY LEFT JOIN (
    SELECT series_id, service FROM metric_series WHERE project_id = {project_id:UInt32}
) AS series USING (series_id)
WHERE project_id = {project_id:UInt32}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND time < {until:DateTime64(9, 'UTC')}
    /* AND filters */
ORDER BY metric_points.time DESC
LIMIT {limit:UInt32}
