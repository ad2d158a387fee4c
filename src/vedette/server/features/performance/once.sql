-- Of one request that Sentry's protocol and another told, the other's span: true unless this is Sentry's and another
-- source told a transaction of the same trace under the same parent, in the same service (or Sentry's names none).
-- The filters say which part of the world is looked at: what is outside of it hides nothing.
NOT (
    source = 'sentry' AND trace_id != ''
    AND sipHash64(trace_id, parent_span_id, service) IN (
        SELECT arrayJoin([sipHash64(trace_id, parent_span_id, service), sipHash64(trace_id, parent_span_id, '')])
        FROM spans
        WHERE project_id = {project_id:UInt32}
            AND time >= {since:DateTime64(9, 'UTC')} - toIntervalMinute(5)
            AND time < {until:DateTime64(9, 'UTC')} + toIntervalMinute(5)
            AND is_transaction
            AND source != 'sentry'
            AND trace_id != ''
            /* AND filters */
    )
)
