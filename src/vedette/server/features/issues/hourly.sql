-- How many events each of these issues had in each hour of the range that had any.
SELECT
    transform(fingerprint, {merged:Array(String)}, {roots:Array(String)}, fingerprint) AS issue,
    count() AS events
FROM errors
WHERE project_id = {project_id:UInt32}
    AND fingerprint IN {fingerprints:Array(String)}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND time < {until:DateTime64(9, 'UTC')}
GROUP BY issue, toStartOfHour(time)
