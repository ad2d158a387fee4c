-- Events and users of one issue over time, and in all (the row whose bucket is 0).
SELECT
    intDiv(toUnixTimestamp(time), {step:UInt32}) * {step:UInt32} AS bucket,
    count() AS count,
    uniqIf(user_id, user_id != '') AS users
FROM errors
WHERE project_id = {project_id:UInt32}
    AND fingerprint IN {fingerprints:Array(String)}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND time < {until:DateTime64(9, 'UTC')}
    /* AND filters */
GROUP BY GROUPING SETS ((bucket), ())
