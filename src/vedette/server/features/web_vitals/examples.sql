-- The page loads in which one vital was worst.
SELECT
    metric, value, rating, score, time, page, url, element, browser, os, device, country, release, environment, service,
    trace_id, span_id, session_id, user_id, event_uuid, source
FROM measured
WHERE project_id = {project_id:UInt32} AND metric = {metric:String}
ORDER BY value DESC, time DESC, trace_id, event_uuid
LIMIT {limit:UInt32}
