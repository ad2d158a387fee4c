-- The log records of a trace nearest to an error, by their time.
SELECT *
FROM (
    SELECT
        lower(hex(cityHash64(trace_id, span_id, severity_number, service, body, attributes, resource))) AS id,
        time,
        severity_number,
        severity_text,
        leftUTF8(body, 500) AS body,
        service
    FROM logs
    WHERE project_id = {project_id:UInt32}
        AND trace_id = {trace_id:String}
        AND time >= {since:DateTime64(9, 'UTC')}
        AND time < {until:DateTime64(9, 'UTC')}
    ORDER BY abs(toUnixTimestamp64Nano(logs.time) - {moment_ns:Int64})
    LIMIT {limit:UInt32}
)
ORDER BY time, id
