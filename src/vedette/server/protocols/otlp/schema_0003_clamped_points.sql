-- A log record or span whose time was impossible keeps it as an attribute; a point's attributes are its series' name.
-- So the outcome that counts such points says which times they stated.
ALTER TABLE otlp_points_clamped MODIFY QUERY
SELECT
    project_id,
    received_at AS time,
    'otlp' AS protocol,
    'metric_point' AS category,
    'changed' AS outcome,
    'clamped_time' AS reason,
    count() AS quantity,
    concat(
        'stated time in the far future or older than the retention: stored at the time of receipt; ',
        any(metric_name), ' stated ', toString(min(stated_ns)), if(min(stated_ns) = max(stated_ns), '', concat(' to ', toString(max(stated_ns)))),
        ' ns since 1970') AS detail
FROM otlp_points_inbound
WHERE clamped
GROUP BY project_id, received_at;
