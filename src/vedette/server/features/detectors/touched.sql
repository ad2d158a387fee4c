-- The condition on `spans` that they are of a trace of which something was received in the window, and that has calls
-- enough, long enough: told without reading attributes, which leaves few traces to read them of.
trace_id IN (
    SELECT trace_id
    FROM (
        SELECT trace_id, parent_span_id
        FROM spans
        WHERE project_id = {project_id:UInt32}
            AND time >= {since:DateTime64(9, 'UTC')}
            AND time < {until:DateTime64(9, 'UTC')}
            AND (op = 'http.client' OR op = 'db' OR startsWith(op, 'db.'))
            AND trace_id IN (
                SELECT trace_id
                FROM spans
                WHERE project_id = {project_id:UInt32}
                    AND time >= {since:DateTime64(9, 'UTC')}
                    AND time < {until:DateTime64(9, 'UTC')}
                    AND received_at >= {after:DateTime64(9, 'UTC')}
                    AND received_at < {before:DateTime64(9, 'UTC')}
                    AND trace_id != ''
            )
        GROUP BY trace_id, parent_span_id
        HAVING max(duration_ns) >= {least_longest_ns:UInt64}
            OR (count() >= {least_calls:UInt32} AND sum(duration_ns) >= {least_total_ns:UInt64})
    )
)
