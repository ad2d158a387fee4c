-- When some traces were.
SELECT
    trace_id,
    toUnixTimestamp64Nano(min(first_time)) AS first_ns,
    toUnixTimestamp64Nano(max(last_time)) AS last_ns
FROM trace_times
WHERE project_id = {project_id:UInt32} AND trace_id IN {traces:Array(String)}
GROUP BY trace_id
SETTINGS final = 0
