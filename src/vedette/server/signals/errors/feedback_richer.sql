-- What richer sources reported of crashes that feedback names a poorer report of.
SELECT
    event_id, time, fingerprint, level, title, culprit, service, environment, release, source, trace_id, span_id,
    session_id, user_id, crash, reference, richness
FROM errors
WHERE project_id = {project_id:UInt32}
    AND time >= {since:DateTime64(9, 'UTC')} - toIntervalMinute(20)
    AND time < {until:DateTime64(9, 'UTC')} + toIntervalMinute(20)
    AND category = 'error'
    AND richness > 0
    AND (
        (crash != 0 AND crash IN {crashes:Array(UInt64)})
        OR (reference != 0 AND reference IN {references:Array(UInt64)})
    )
SETTINGS final = 0
