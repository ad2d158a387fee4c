-- What leads from one event to everything else.
SELECT event_id, time, fingerprint, trace_id, span_id, session_id, user_id
FROM errors
WHERE project_id = {project_id:UInt32} AND event_id = {event_id:String}
LIMIT 1
