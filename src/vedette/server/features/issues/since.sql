-- What came of each of these issues since it was archived: events, users, and the most events in an hour.
SELECT issue, sum(in_hour) AS events, uniqIfMerge(users_state) AS users, max(in_hour) AS busiest_hour
FROM (
    SELECT
        transform(fingerprint, {merged:Array(String)}, {roots:Array(String)}, fingerprint) AS issue,
        toStartOfHour(time) AS hour,
        count() AS in_hour,
        uniqIfState(user_id, user_id != '') AS users_state
    FROM errors
    WHERE project_id = {project_id:UInt32}
        AND fingerprint IN {fingerprints:Array(String)}
        AND time >= {since:DateTime64(9, 'UTC')}
        AND time > fromUnixTimestamp64Micro(transform(issue, {issues:Array(String)}, {archived_us:Array(Int64)}, 0), 'UTC')
    GROUP BY issue, hour
)
GROUP BY issue
