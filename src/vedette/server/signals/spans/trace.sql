-- What a waterfall shows of a trace's spans, each once, by their start. The heavy columns stay on disk.
SELECT
    span_id,
    parent_span_id,
    toUnixTimestamp64Nano(time) AS start_ns,
    duration_ns,
    name,
    service,
    op,
    kind,
    status_code,
    length(events.name) AS event_count,
    toBool(has(events.name, 'exception')) AS has_exception
FROM spans
WHERE project_id = {project_id:UInt32}
    AND trace_id = {trace_id:String}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND time < {until:DateTime64(9, 'UTC')}
ORDER BY spans.time, span_id
LIMIT 1 BY span_id, if(span_id = '', toString(start_ns), '')
LIMIT {limit:UInt32}
