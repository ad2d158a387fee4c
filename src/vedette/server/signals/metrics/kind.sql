-- What kind of metric this is.
SELECT
    argMax(type, last_time) AS type,
    argMax(unit, last_time) AS unit,
    argMax(temporality, last_time) AS temporality,
    argMax(is_monotonic, last_time) AS is_monotonic
FROM metric_series
WHERE project_id = {project_id:UInt32} AND metric_name = {metric_name:String}
GROUP BY metric_name
