-- Sessions of each release that started in the range, each in its latest state: how many, how they ended, whose.
-- Servers send counts per minute, which have no session_id and stand as they are.
SELECT
    of AS release,
    sum(weight) AS sessions,
    sumIf(weight, state = 'crashed') AS crashed,
    sumIf(weight, state = 'abnormal') AS abnormal,
    sumIf(weight, state IN ('errored', 'unhandled') OR (state IN ('ok', 'exited') AND failures > 0)) AS errored,
    uniqIf(whose, whose != '') AS users,
    uniqIf(whose, whose != '' AND state = 'crashed') AS crashed_users,
    min(began) AS first_time,
    max(updated) AS last_time
FROM (
    SELECT
        any(release) AS of,
        argMax(status, (seq, time)) AS state,
        max(errors) AS failures,
        any(quantity) AS weight,
        argMax(user_id, (seq, time)) AS whose,
        min(started) AS began,
        max(time) AS updated
    FROM sessions
    WHERE project_id = {project_id:UInt32}
        AND started >= {since:DateTime64(9, 'UTC')}
        AND started < {until:DateTime64(9, 'UTC')}
        AND release != ''
        /* AND filters */
    GROUP BY if(session_id = '', toString(row_id), session_id)
)
GROUP BY of
ORDER BY last_time DESC
LIMIT 5000
