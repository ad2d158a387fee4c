-- Since when each release is known, of everything that is kept.
SELECT release, min(first_time) AS first_time
FROM (
    SELECT release, toDateTime64(min(first_time), 6, 'UTC') AS first_time
    FROM error_releases
    WHERE project_id = {project_id:UInt32} AND release IN {releases:Array(String)}
    GROUP BY release
    UNION ALL
    SELECT release, toDateTime64(min(started), 6, 'UTC') AS first_time
    FROM sessions
    WHERE project_id = {project_id:UInt32} AND release IN {releases:Array(String)}
    GROUP BY release
)
GROUP BY release
SETTINGS final = 0
