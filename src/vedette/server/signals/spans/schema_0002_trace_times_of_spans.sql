-- Whoever writes spans, trace_times knows when their traces were.
CREATE MATERIALIZED VIEW trace_times_of_spans TO trace_times AS
SELECT project_id, trace_id, min(time) AS first_time, max(time) AS last_time
FROM spans
GROUP BY project_id, trace_id;
