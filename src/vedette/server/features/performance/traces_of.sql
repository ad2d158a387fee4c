-- Traces of a transaction: those that failed first, as errors are looked for in them.
SELECT trace_id
FROM spans
WHERE project_id = {project_id:UInt32}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND time < {until:DateTime64(9, 'UTC')}
    AND is_transaction
    AND trace_id != ''
    /* AND filters */
GROUP BY trace_id
ORDER BY max(is_failed) DESC, sipHash64(trace_id)
LIMIT {limit:UInt32}
