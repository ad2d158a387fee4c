-- How many different errors came in the traces of runs.
SELECT trace_id, uniqExact(fingerprint) AS errors
FROM errors
WHERE project_id = {project_id:UInt32}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND trace_id IN {trace_ids:Array(String)}
    AND category = 'error'
GROUP BY trace_id
