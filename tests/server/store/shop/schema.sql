-- One request: its lines become log records, and one outcome row counts them.
CREATE TABLE shop_inbound (
    project_id UInt32,
    request_id UInt64,
    time DateTime64(9, 'UTC'),
    lines Array(String)
)
ENGINE = Null;

CREATE MATERIALIZED VIEW shop_logs TO logs AS
SELECT project_id, request_id, time, now64(3) AS received_at, 'shop' AS service, line AS body,
    hex(sipHash64(line)) AS trace_id
FROM shop_inbound ARRAY JOIN lines AS line;

CREATE MATERIALIZED VIEW shop_outcomes TO outcomes AS
SELECT project_id, time, 'shop' AS protocol, 'log' AS category, 'accepted' AS outcome, length(lines) AS quantity
FROM shop_inbound;
