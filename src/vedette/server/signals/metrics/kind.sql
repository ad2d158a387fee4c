-- What kind of metric this is, and by which labels its series differ.
SELECT
    argMax(type, last_time) AS type,
    argMax(unit, last_time) AS unit,
    argMax(temporality, last_time) AS temporality,
    argMax(is_monotonic, last_time) AS is_monotonic,
    arraySort(groupUniqArrayArray(200)(mapKeys(attributes))) AS label_keys
FROM metric_series
WHERE project_id = {project_id:UInt32} AND metric_name = {metric_name:String}
GROUP BY metric_name
