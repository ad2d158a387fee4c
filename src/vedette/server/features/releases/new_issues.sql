-- Which fingerprints of errors were seen first in these releases, ever.
SELECT release, groupArray(10000)(fingerprint) AS fingerprints
FROM (
    SELECT fingerprint, argMin(release, first_time) AS release
    FROM error_releases
    WHERE project_id = {project_id:UInt32}
        AND fingerprint NOT IN (SELECT fingerprint FROM finding_hours WHERE project_id = {project_id:UInt32})
    GROUP BY fingerprint
)
WHERE release IN {releases:Array(String)}
GROUP BY release
SETTINGS final = 0
