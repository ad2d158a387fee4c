-- One log record. Its time finds it; its id, a hash of what it says, tells it from others of that time.
SELECT
    lower(hex(cityHash64(trace_id, span_id, severity_number, service, body, attributes, resource))) AS id,
    time,
    severity_number,
    severity_text,
    body,
    service,
    environment,
    release,
    trace_id,
    span_id,
    session_id,
    user_id,
    event_name,
    scope_name,
    source,
    attributes,
    resource
FROM logs
WHERE project_id = {project_id:UInt32}
    AND logs.time = {time:DateTime64(9, 'UTC')}
    AND id = {id:String}
LIMIT 1
