-- The condition on `spans` that they are of a trace of which something was received in the window.
trace_id IN (
    SELECT trace_id
    FROM spans
    WHERE project_id = {project_id:UInt32}
        AND time >= {since:DateTime64(9, 'UTC')}
        AND time < {until:DateTime64(9, 'UTC')}
        AND received_at >= {after:DateTime64(9, 'UTC')}
        AND received_at < {before:DateTime64(9, 'UTC')}
        AND trace_id != ''
)
