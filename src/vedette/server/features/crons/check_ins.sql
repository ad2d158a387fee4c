-- The newest check-ins of each monitor in each environment, each as it came first.
SELECT
    monitor_slug,
    environment,
    check_in_id,
    status,
    toUnixTimestamp64Milli(min(time)) AS at_ms,
    any(duration_ms) AS duration_ms,
    any(release) AS release,
    any(trace_id) AS trace_id,
    any(monitor_config) AS monitor_config
FROM check_ins
WHERE project_id = {project_id:UInt32}
    AND ({slug:String} = '' OR monitor_slug = {slug:String})
    AND ({environment:String} = '' OR environment = {environment:String})
GROUP BY monitor_slug, environment, check_in_id, status
ORDER BY at_ms DESC
LIMIT {most:UInt32} BY monitor_slug, environment
