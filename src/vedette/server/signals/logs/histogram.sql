-- Log records per bucket and severity.
SELECT
    toDateTime(intDiv(toUnixTimestamp(time), {step:UInt32}) * {step:UInt32}, 'UTC') AS bucket,
    countIf(severity_number >= 17) AS error,
    countIf(severity_number >= 13 AND severity_number < 17) AS warn,
    countIf(severity_number < 13 AND (severity_number >= 9 OR severity_number = 0)) AS info,
    countIf(severity_number >= 1 AND severity_number < 9) AS debug
FROM logs
WHERE project_id = {project_id:UInt32}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND time < {until:DateTime64(9, 'UTC')}
    /* AND filters */
GROUP BY bucket
ORDER BY bucket
