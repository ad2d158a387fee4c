-- The spans of some traces that have children, each once: what a call was made by.
SELECT *
FROM (
    SELECT
        trace_id,
        span_id,
        parent_span_id,
        toUnixTimestamp64Nano(time) AS start_ns,
        duration_ns,
        name,
        op,
        is_segment OR kind IN ('server', 'consumer') AS is_entry,
        service,
        environment,
        release,
        session_id,
        user_id,
        attributes['user.email'] AS user_email,
        attributes['url.full'] AS url
    FROM spans
    WHERE project_id = {project_id:UInt32}
        AND time >= {since:DateTime64(9, 'UTC')} - toIntervalHour(1)
        AND time < {until:DateTime64(9, 'UTC')}
        AND trace_id IN {traces:Array(String)}
        AND (trace_id, span_id) IN (
            SELECT trace_id, parent_span_id
            FROM spans
            WHERE project_id = {project_id:UInt32}
                AND time >= {since:DateTime64(9, 'UTC')} - toIntervalHour(1)
                AND time < {until:DateTime64(9, 'UTC')}
                AND trace_id IN {traces:Array(String)}
        )
    ORDER BY trace_id, spans.time
    LIMIT 1 BY trace_id, span_id
)
ORDER BY trace_id, start_ns
LIMIT {most:UInt32} BY trace_id
