-- What users wrote, of the feedback named. The payload is left out of lists: it can be large.
SELECT
    feedback_id,
    time,
    event_id,
    name,
    email,
    message,
    url,
    replay_id,
    trace_id,
    user_id,
    environment,
    release,
    if({whole:UInt8}, payload, '') AS payload
FROM feedback
WHERE project_id = {project_id:UInt32}
    AND feedback_id IN {ids:Array(String)}
ORDER BY feedback.time, feedback_id
LIMIT 1 BY feedback_id
SETTINGS final = 0
