-- The event of an issue to show: the latest, the oldest, or the latest of those that tell most. `rank` is -1, 1, 0.
SELECT event_id
FROM (
    SELECT event_id, time, trace_id, user_id, session_id, frames
    FROM errors
    WHERE project_id = {project_id:UInt32}
        AND fingerprint IN {fingerprints:Array(String)}
        AND time >= {since:DateTime64(9, 'UTC')}
        AND time < {until:DateTime64(9, 'UTC')}
        /* AND filters */
    ORDER BY if({rank:Int8} = 1, time, toDateTime64(0, 6, 'UTC')), time DESC, event_id DESC
    LIMIT {sample:UInt32}
)
ORDER BY
    if({rank:Int8} = 0, (trace_id != '') + (user_id != '') + (session_id != '') + notEmpty(frames), 0) DESC,
    if({rank:Int8} = 1, time, toDateTime64(0, 6, 'UTC')),
    time DESC,
    event_id DESC
LIMIT 1
