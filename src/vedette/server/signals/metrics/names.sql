-- Which metrics there are, and what is known of each. The filters speak of series.
SELECT
    metric_name,
    any(series.type) AS type,
    any(series.unit) AS unit,
    any(series.description) AS description,
    any(series.temporality) AS temporality,
    max(series.is_monotonic) AS is_monotonic,
    count() AS series_count,
    arraySort(groupUniqArrayIf(50)(service, service != '')) AS services,
    max(series.last_time) AS last_time
FROM (
    SELECT metric_name, type, unit, description, temporality, is_monotonic, service, last_time
    FROM metric_series
    WHERE project_id = {project_id:UInt32}
        AND last_time >= {since:DateTime64(9, 'UTC')}
        AND first_time < {until:DateTime64(9, 'UTC')}
        /* AND filters */
) AS series
GROUP BY metric_name
ORDER BY metric_name
LIMIT 10000
