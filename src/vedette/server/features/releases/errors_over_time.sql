-- Errors of one release over time, a crash once.
SELECT intDiv(toUnixTimestamp(time), {step:UInt32}) * {step:UInt32} AS bucket, count() AS errors
FROM errors
WHERE project_id = {project_id:UInt32}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND time < {until:DateTime64(9, 'UTC')}
    AND release = {release:String}
    /* AND filters */
GROUP BY bucket
