-- Events as they were sent, of a few errors.
SELECT event_id, transaction, payload
FROM errors
PREWHERE event_id IN {event_ids:Array(String)}
WHERE project_id = {project_id:UInt32}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND time < {until:DateTime64(9, 'UTC')}
LIMIT 1 BY event_id
