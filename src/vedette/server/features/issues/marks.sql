-- The releases that the project saw first within the range.
SELECT release, min(first_time) AS time
FROM error_releases
WHERE project_id = {project_id:UInt32} AND release != ''
GROUP BY release
HAVING time >= {since:DateTime64(9, 'UTC')} AND time < {until:DateTime64(9, 'UTC')}
ORDER BY time DESC
LIMIT {limit:UInt32}
SETTINGS final = 0
