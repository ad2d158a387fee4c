-- In which releases each of these issues was seen after it was resolved.
SELECT
    transform(fingerprint, {merged:Array(String)}, {roots:Array(String)}, fingerprint) AS issue,
    release,
    toUnixTimestamp64Micro(min(first_time)) AS first_us,
    toUnixTimestamp64Micro(max(last_time)) AS last_us
FROM error_releases
WHERE project_id = {project_id:UInt32} AND fingerprint IN {fingerprints:Array(String)}
GROUP BY issue, release
HAVING last_us > transform(issue, {issues:Array(String)}, {resolved_us:Array(Int64)}, 0)
SETTINGS final = 0
