-- The calls of some traces by their start, each once. `calls.sql` stands where `spans` is read, and
-- binds {project_id:UInt32} and the range.
SELECT *
FROM (
    SELECT *
    FROM /* calls */ spans
    ORDER BY trace_id, start_ns, span_id
    LIMIT 1 BY trace_id, span_id
)
ORDER BY trace_id, start_ns, span_id
LIMIT {most:UInt32} BY trace_id
