-- The events of an issue just before and after one of them, and how many came before it.
SELECT
    argMaxIf(event_id, (time, event_id), before) AS previous,
    argMinIf(event_id, (time, event_id), after) AS next,
    countIf(after) AS newer,
    count() AS total
FROM (
    SELECT
        event_id,
        time,
        (time, event_id) < (parseDateTime64BestEffort({time:String}, 6, 'UTC'), {event_id:String}) AS before,
        (time, event_id) > (parseDateTime64BestEffort({time:String}, 6, 'UTC'), {event_id:String}) AS after
    FROM errors
    WHERE project_id = {project_id:UInt32}
        AND fingerprint IN {fingerprints:Array(String)}
        AND time >= {since:DateTime64(9, 'UTC')}
        AND time < {until:DateTime64(9, 'UTC')}
        /* AND filters */
)
