-- One occurrence with everything it carried.
SELECT
    event_id,
    time,
    level,
    type,
    value,
    title,
    culprit,
    handled,
    platform,
    service,
    environment,
    release,
    transaction,
    trace_id,
    span_id,
    session_id,
    user_id,
    user_email,
    fingerprint,
    category,
    fingerprints,
    grouping,
    source,
    frames,
    tags,
    payload
FROM errors
WHERE project_id = {project_id:UInt32} AND event_id = {event_id:String}
LIMIT 1
