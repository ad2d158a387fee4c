-- How many monitors there are, each environment counted.
SELECT uniqExact(monitor_slug, environment) AS monitors
FROM check_ins
WHERE project_id = {project_id:UInt32}
