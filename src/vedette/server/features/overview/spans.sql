-- Spans and requests per bucket, and in all (the row whose bucket is 0). A request is a server's span, or what a
-- Sentry SDK calls a transaction and is no page in a browser: those take seconds, and have a page of their own.
WITH
    kind = 'server' OR (
        is_segment AND source = 'sentry' AND op NOT IN ('pageload', 'navigation') AND NOT startsWith(op, 'ui.')
    ) AS is_request
SELECT
    intDiv(toUnixTimestamp(time), {step:UInt32}) * {step:UInt32} AS bucket,
    count() AS spans,
    countIf(is_request) AS requests,
    countIf(is_request AND status_code = 'error') AS failed_requests,
    quantileTDigestIf(0.95)(duration_ns, is_request) AS p95_ns
FROM spans
WHERE project_id = {project_id:UInt32}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND time < {until:DateTime64(9, 'UTC')}
    /* AND filters */
GROUP BY GROUPING SETS ((bucket), ())
