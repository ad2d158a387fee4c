-- In which releases some fingerprints were seen, and since when in each.
SELECT fingerprint, release, toUnixTimestamp64Micro(min(first_time)) AS first_us
FROM error_releases
WHERE project_id = {project_id:UInt32} AND fingerprint IN {fingerprints:Array(String)} AND release != ''
GROUP BY fingerprint, release
ORDER BY first_us, release
SETTINGS final = 0
