-- What each of these issues is called.
SELECT
    transform(fingerprint, {merged:Array(String)}, {roots:Array(String)}, fingerprint) AS issue,
    argMax(title, time) AS title
FROM errors
WHERE project_id = {project_id:UInt32} AND fingerprint IN {fingerprints:Array(String)}
GROUP BY issue
