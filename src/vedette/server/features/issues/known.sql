-- Since when each issue is known and in which releases it was first and last seen, over everything that is kept.
SELECT
    transform(fingerprint, {merged:Array(String)}, {roots:Array(String)}, fingerprint) AS issue,
    toUnixTimestamp64Micro(min(first_time)) AS first_us,
    toUnixTimestamp64Micro(max(last_time)) AS last_us,
    argMinIf(release, first_time, release != '') AS first_release,
    argMaxIf(release, last_time, release != '') AS last_release
FROM error_releases
WHERE project_id = {project_id:UInt32}
    AND ({all:UInt8} OR fingerprint IN {fingerprints:Array(String)})
GROUP BY issue
SETTINGS final = 0
