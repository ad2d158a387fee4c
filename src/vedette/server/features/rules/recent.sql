-- The newest errors as they were stored.
SELECT event_id, title, fingerprint, payload
FROM errors
WHERE project_id = {project_id:UInt32} AND time >= now() - toIntervalDay(30) AND category = 'error'
ORDER BY toStartOfHour(time) DESC, time DESC, event_id DESC
LIMIT {limit:UInt32}
