-- What errors were called by their minified frames alone, and what the same are called by their source; version 0 of a
-- way of grouping is that by minified frames, see docs/grouping.md.
SELECT splitByChar(':', fingerprints[2])[2] AS minified, fingerprint AS readable
FROM errors
WHERE project_id = {project_id:UInt32}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND time < {until:DateTime64(9, 'UTC')}
    AND length(fingerprints) > 1
    AND splitByChar('.', fingerprints[1])[1] = splitByChar('.', fingerprints[2])[1]
    AND splitByChar(':', splitByChar('.', fingerprints[2])[2])[1] = 'v0'
    AND minified != readable
GROUP BY minified, readable
ORDER BY minified, count() DESC
LIMIT 1 BY minified
LIMIT 1000
