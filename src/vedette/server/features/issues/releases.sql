-- When the project saw each of its releases first.
SELECT release, toUnixTimestamp64Micro(min(first_time)) AS first_us
FROM error_releases
WHERE project_id = {project_id:UInt32} AND release != ''
GROUP BY release
ORDER BY first_us DESC, release
LIMIT 5000
SETTINGS final = 0
