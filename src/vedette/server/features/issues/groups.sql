-- One row an issue that was seen in the range: how often, for how many users, and what its state is told from.
-- A merged fingerprint counts for its issue; told of each fingerprint once, not of each event. What is newest travels
-- as one text: of a tuple argMax costs three times as much (15 CPU-ms of 200,000 errors).
SELECT
    transform(fingerprint, {merged:Array(String)}, {roots:Array(String)}, fingerprint) AS issue,
    sum(events) AS count,
    sum(events_lately) AS lately,
    uniqIfMerge(users_state) AS users,
    toUnixTimestamp64Micro(max(last_time)) AS last_us,
    argMax(last, last_time) AS packed,
    (substring(packed, 2), transform(substring(packed, 1, 1), ['0', '1'], [false, true], NULL)) AS newest
FROM (
    SELECT
        fingerprint,
        count() AS events,
        countIf(time >= {middle:DateTime64(9, 'UTC')}) AS events_lately,
        uniqIfState(user_id, user_id != '') AS users_state,
        max(time) AS last_time,
        argMax(concat(ifNull(toString(toUInt8(handled)), '-'), level), time) AS last
    FROM errors
    WHERE project_id = {project_id:UInt32}
        AND time >= {since:DateTime64(9, 'UTC')}
        AND time < {until:DateTime64(9, 'UTC')}
        /* AND filters */
    GROUP BY fingerprint
)
GROUP BY issue
ORDER BY last_us DESC, issue
LIMIT {limit:UInt32}
