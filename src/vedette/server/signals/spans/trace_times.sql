-- When a trace was: a few granules of `spans` instead of every day.
SELECT
    toString(toUnixTimestamp64Nano(min(first_time))) AS first_ns,
    toString(toUnixTimestamp64Nano(max(last_time))) AS last_ns
FROM trace_times
WHERE project_id = {project_id:UInt32} AND trace_id = {trace_id:String}
GROUP BY trace_id
