-- What other sources reported of the same crash, the richest first.
WITH one AS (
    SELECT crash, reference, richness, time
    FROM errors
    WHERE project_id = {project_id:UInt32} AND event_id = {event_id:String}
    LIMIT 1
)
SELECT event_id, time, source, title, service, fingerprint
FROM errors
WHERE project_id = {project_id:UInt32}
    AND time >= (SELECT time FROM one) - toIntervalMinute(20)
    AND time < (SELECT time FROM one) + toIntervalMinute(20)
    AND richness != (SELECT richness FROM one)
    AND (
        (crash != 0 AND crash = (SELECT crash FROM one))
        OR (reference != 0 AND reference = (SELECT reference FROM one))
    )
ORDER BY richness DESC, time, event_id
LIMIT 20
