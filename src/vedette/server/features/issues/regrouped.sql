-- What a new version of a way of grouping calls errors, and what the version before calls the same ones; see
-- docs/grouping.md for what `fingerprints` are.
SELECT fingerprint AS newer, splitByChar(':', fingerprints[2])[2] AS older
FROM errors
WHERE project_id = {project_id:UInt32}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND time < {until:DateTime64(9, 'UTC')}
    AND length(fingerprints) > 1
    AND splitByChar('.', fingerprints[1])[1] = splitByChar('.', fingerprints[2])[1]
    AND newer != older
GROUP BY newer, older
ORDER BY newer, count() DESC
LIMIT 1 BY newer
LIMIT 1000
