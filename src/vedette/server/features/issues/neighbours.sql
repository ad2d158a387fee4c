-- The events of an issue just before and after one of them, how many are newer, how many there are, and in how many
-- reports; `counted`: whether the one asked for is an event, and not one more report of another. The filters are asked
-- of each row beside the others, so that one look at the rows tells both numbers.
SELECT
    argMaxIf(event_id, (time, event_id), before AND is_event) AS previous,
    argMinIf(event_id, (time, event_id), after AND is_event) AS next,
    countIf(after AND is_event) AS newer,
    countIf(is_event) AS total,
    toBool(countIf(is_event AND event_id = {event_id:String}) > 0) AS counted,
    count() AS reports
FROM (
    SELECT
        event_id,
        time,
        (time, event_id) < (parseDateTime64BestEffort({time:String}, 6, 'UTC'), {event_id:String}) AS before,
        (time, event_id) > (parseDateTime64BestEffort({time:String}, 6, 'UTC'), {event_id:String}) AS after,
        (true /* AND filters */) AS is_event
    FROM errors
    WHERE project_id = {project_id:UInt32}
        AND fingerprint IN {fingerprints:Array(String)}
        AND time >= {since:DateTime64(9, 'UTC')}
        AND time < {until:DateTime64(9, 'UTC')}
)
