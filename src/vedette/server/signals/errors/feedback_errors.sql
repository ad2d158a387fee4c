-- The error that each feedback of a range is about: the one that it names, whenever either arrived; and of feedback
-- that names none, the nearest one before it in its trace, within the hour (a page's trace can last). What was sent
-- twice is told apart by the last line, so nothing needs to be merged for it.
SELECT
    said.feedback_id AS feedback_id,
    if(said.named, 'event', 'trace') AS by,
    error.*
FROM (
    SELECT
        feedback_id,
        time AS said_at,
        event_id != '' AS named,
        if(event_id != '', event_id, trace_id) AS id
    FROM feedback
    WHERE project_id = {project_id:UInt32}
        AND time >= {since:DateTime64(9, 'UTC')}
        AND time < {until:DateTime64(9, 'UTC')}
        AND (event_id != '' OR trace_id != '')
        /* AND filters */
) AS said
INNER JOIN (
    SELECT
        arrayJoin(arrayFilter(one -> one != '', [event_id, trace_id])) AS id,
        event_id, time, fingerprint, level, title, culprit, service, environment, release, source, category, trace_id, span_id,
        session_id, user_id, crash, reference, richness
    FROM errors
    WHERE project_id = {project_id:UInt32}
        AND category = 'error'
        AND time >= {since:DateTime64(9, 'UTC')} - toIntervalDay(30)
        AND time < {until:DateTime64(9, 'UTC')} + toIntervalDay(1)
        AND (
            event_id IN (
                SELECT event_id FROM feedback
                WHERE project_id = {project_id:UInt32}
                    AND time >= {since:DateTime64(9, 'UTC')}
                    AND time < {until:DateTime64(9, 'UTC')}
                    AND event_id != ''
            )
            OR trace_id IN (
                SELECT trace_id FROM feedback
                WHERE project_id = {project_id:UInt32}
                    AND time >= {since:DateTime64(9, 'UTC')}
                    AND time < {until:DateTime64(9, 'UTC')}
                    AND event_id = ''
                    AND trace_id != ''
            )
        )
) AS error ON error.id = said.id
WHERE said.named = (error.event_id = error.id)
    AND (
        said.named
        OR (error.category = 'error' AND error.time <= said.said_at + toIntervalMinute(1) AND error.time > said.said_at - toIntervalHour(1))
    )
ORDER BY said.said_at DESC, feedback_id, abs(dateDiff('millisecond', error.time, said.said_at)), error.richness DESC
LIMIT 1 BY feedback_id
SETTINGS final = 0
