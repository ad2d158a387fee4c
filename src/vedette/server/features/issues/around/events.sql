-- What a user or a session did around an error: the product events nearest to it, by their time.
SELECT *
FROM (
    SELECT uuid, time, event, distinct_id, session_id, current_url
    FROM events
    WHERE project_id = {project_id:UInt32}
        AND time >= {since:DateTime64(9, 'UTC')}
        AND time < {until:DateTime64(9, 'UTC')}
        AND (distinct_id IN {ids:Array(String)} OR (session_id != '' AND session_id = {session_id:String}))
        AND event != '$exception'
    ORDER BY abs(toUnixTimestamp64Nano(toDateTime64(events.time, 9, 'UTC')) - {moment_ns:Int64})
    LIMIT {limit:UInt32}
)
ORDER BY time, uuid
