-- Traces to look at: the slowest, those nearest to the median, and the last that failed.
WITH matching AS (
    SELECT
        time, duration_ns, trace_id, span_id, status_code, status_message, http_status_code, is_failed AS failed,
        release, user_id
    FROM spans
    WHERE project_id = {project_id:UInt32}
        AND time >= {since:DateTime64(9, 'UTC')}
        AND time < {until:DateTime64(9, 'UTC')}
        AND is_transaction
        AND trace_id != ''
        /* AND filters */
)
SELECT * FROM (SELECT 'slowest' AS kind, * FROM matching ORDER BY duration_ns DESC, span_id LIMIT {limit:UInt32})
UNION ALL
SELECT * FROM (
    SELECT 'typical' AS kind, *
    FROM matching
    ORDER BY abs(toInt64(duration_ns) - (SELECT toInt64(ifNotFinite(quantileTDigest(0.5)(duration_ns), 0)) FROM matching)), span_id
    LIMIT {limit:UInt32})
UNION ALL
SELECT * FROM (SELECT 'failed' AS kind, * FROM matching WHERE failed ORDER BY time DESC, span_id LIMIT {limit:UInt32})
