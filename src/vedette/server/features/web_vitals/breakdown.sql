-- Vitals by page, browser, device, operating system, country, release, environment or service; the most loaded first.
SELECT
    label,
    max(loads) AS all_loads,
    groupArray((metric, count, loads, p75, mean_score)) AS vitals,
    sum(all_loads) OVER () AS loads_of_all,
    count() OVER () AS labels
FROM (
    SELECT
        page /* or what else it is by */ AS label,
        metric,
        count() AS count,
        sum(weight) AS loads,
        quantileExactWeighted(0.75)(if(metric = 'cls', round(value, 4), round(value)), toUInt64(round(weight * 100))) AS p75,
        sum(score * weight) / loads AS mean_score
    FROM measured
    WHERE project_id = {project_id:UInt32}
    GROUP BY label, metric
)
GROUP BY label
ORDER BY all_loads DESC, label
LIMIT {limit:UInt32}
