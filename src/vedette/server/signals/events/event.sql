-- One product event. Without its time, the ids of all days are looked through, and nothing but ids.
SELECT
    uuid,
    time,
    event,
    distinct_id,
    session_id,
    trace_id,
    current_url,
    lib,
    properties,
    properties_text
FROM events
WHERE project_id = {project_id:UInt32}
    AND uuid = {uuid:UUID}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND time < {until:DateTime64(9, 'UTC')}
LIMIT 1
