-- Traces with calls enough, or calls slow or large enough, for a detector to look at them; those that lose most first.
-- `calls.sql` stands where `spans` is read, and
-- binds {project_id:UInt32} and the range. What is left out here no detector would take: thresholds are the same.
SELECT
    trace_id,
    min(first_ns) AS began_ns,
    max(last_ns) AS ended_ns,
    max(last_received_ms) AS received_ms,
    sum(lost_ns) AS most_ns,
    count() OVER () AS total
FROM (
    SELECT
        trace_id,
        what,
        min(first_ns) AS first_ns,
        max(last_ns) AS last_ns,
        max(last_received_ms) AS last_received_ms,
        sum(calls) AS all_calls,
        sum(total_ns) AS lost_ns,
        max(longest_ns) AS slowest_ns,
        max(is_large) AS has_large,
        max(complete AND calls >= if(what = 'db', {n_db:UInt32}, {n_http:UInt32})
            AND total_ns >= if(what = 'db', {n_db_ns:UInt64}, {n_http_ns:UInt64})) AS has_many
    FROM (
        SELECT
            trace_id,
            parent_span_id,
            what,
            if(what = 'db', pattern, domain(substring(pattern, position(pattern, ' ') + 1))) AS key,
            complete,
            min(start_ns) AS first_ns,
            max(start_ns + duration_ns) AS last_ns,
            max(received_ms) AS last_received_ms,
            count() AS calls,
            sum(duration_ns) AS total_ns,
            max(duration_ns) AS longest_ns,
            max(what = 'http' AND bytes >= {large_bytes:UInt64} AND duration_ns >= {large_ns:UInt64}) AS is_large
        FROM /* calls */ spans
        GROUP BY trace_id, parent_span_id, what, key, complete
    )
    GROUP BY trace_id, parent_span_id, what
    HAVING if(
        what = 'db',
        has_many OR slowest_ns >= {slow_ns:UInt64}
            OR (all_calls >= {row_db:UInt32} AND lost_ns - slowest_ns >= {row_db_ns:UInt64}),
        has_many OR has_large OR (all_calls >= {row_http:UInt32} AND lost_ns - slowest_ns >= {row_http_ns:UInt64}))
)
GROUP BY trace_id
ORDER BY most_ns DESC, trace_id
LIMIT {limit:UInt32}
