-- Sessions of one release by when they started, each in its latest state.
SELECT
    intDiv(toUnixTimestamp(began), {step:UInt32}) * {step:UInt32} AS bucket,
    sum(weight) AS sessions,
    sumIf(weight, state = 'crashed') AS crashed
FROM (
    SELECT argMax(status, seq * 2 + (status != 'ok')) AS state, any(quantity) AS weight, min(started) AS began
    FROM sessions
    WHERE project_id = {project_id:UInt32}
        AND started >= {since:DateTime64(9, 'UTC')}
        AND started < {until:DateTime64(9, 'UTC')}
        AND release = {release:String}
        /* AND filters */
    GROUP BY if(session_id = '', row_id, cityHash64(session_id))
)
GROUP BY bucket
SETTINGS final = 0
