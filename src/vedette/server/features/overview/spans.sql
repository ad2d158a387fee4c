-- Spans and requests per bucket, and in all (the row whose bucket is 0). A request is a server's span, or what a
-- Sentry SDK calls a transaction.
SELECT
    intDiv(toUnixTimestamp(time), {step:UInt32}) * {step:UInt32} AS bucket,
    count() AS spans,
    countIf(kind = 'server' OR (is_segment AND source = 'sentry')) AS requests,
    countIf((kind = 'server' OR (is_segment AND source = 'sentry')) AND status_code = 'error') AS failed_requests,
    quantileTDigestIf(0.95)(duration_ns, kind = 'server' OR (is_segment AND source = 'sentry')) AS p95_ns
FROM spans
WHERE project_id = {project_id:UInt32}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND time < {until:DateTime64(9, 'UTC')}
    /* AND filters */
GROUP BY GROUPING SETS ((bucket), ())
