-- What was received in a window, and how much of it began long before: spans of the last day.
SELECT
    count() AS spans,
    countIf(time < {recent:DateTime64(9, 'UTC')}) AS late
FROM spans
WHERE project_id = {project_id:UInt32}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND time < {until:DateTime64(9, 'UTC')}
    AND received_at >= {after:DateTime64(9, 'UTC')}
    AND received_at < {before:DateTime64(9, 'UTC')}
    AND trace_id != ''
