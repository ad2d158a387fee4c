-- Sessions of each release that started in the range, each in its latest state: how many, how they ended, whose.
-- Servers send counts per minute, which have no session_id and stand as they are.
-- What was sent twice is one group, so reading need not merge. 1 M states of 0.5 M sessions are 0.3 CPU-s; ordering by
-- (seq, time) made it 0.8. Of two states of one number, as of one millisecond, the one that ends the session counts.
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
        argMax(status, seq * 2 + (status != 'ok')) AS state,
        max(errors) AS failures,
        any(quantity) AS weight,
        max(user_id) AS whose,
        min(started) AS began,
        max(time) AS updated
    FROM sessions
    WHERE project_id = {project_id:UInt32}
        AND started >= {since:DateTime64(9, 'UTC')}
        AND started < {until:DateTime64(9, 'UTC')}
        AND release != ''
        /* AND filters */
    GROUP BY if(session_id = '', row_id, cityHash64(session_id))
)
GROUP BY of
ORDER BY last_time DESC
LIMIT 5000
SETTINGS final = 0
