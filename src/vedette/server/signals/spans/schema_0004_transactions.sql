-- What makes a span a transaction and what it counts for: said here alone, explained in docs/transactions.md.

-- How many spans one stands for, where its sender kept only a share: OpenTelemetry's threshold in the tracestate
-- (`ot=th:…`, https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/), or the rate that Sentry's
-- SDKs state. Nobody is believed to stand for more than a million.
-- shard_by: sipHash64(trace_id)
ALTER TABLE spans ADD COLUMN sample_weight Float32 DEFAULT
    if(
        trace_state != '' AND match(trace_state, '(^|,)\\s*ot=([^,]*;)?th:[0-9a-f]{1,14}\\s*([;,]|$)'),
        least(1e6, pow(2, 56) / (pow(2, 56) - reinterpretAsUInt64(reverse(unhex(rightPad(
            extract(trace_state, '(?:^|,)\\s*ot=(?:[^,]*;)?th:([0-9a-f]{1,14})'), 14, '0')))))),
        least(1e6, greatest(1, ifNotFinite(1 / nullIf(toFloat64OrNull(attributes['sentry.sample_rate']), 0), 1))))
    CODEC(ZSTD(1));

-- The status that a request was answered with; 0 where none is told. Two generations of OpenTelemetry's names.
-- shard_by: sipHash64(trace_id)
ALTER TABLE spans ADD COLUMN http_status_code UInt16 DEFAULT
    toUInt16OrZero(if(
        attributes['http.response.status_code'] != '',
        attributes['http.response.status_code'],
        attributes['http.status_code']))
    CODEC(T64, ZSTD(1));

-- Where work enters a service: protocols mark it as they receive it (a root, a server's or a consumer's span, Sentry's
-- transaction or segment). What a browser measured of a page (a web vital, an interaction) is a segment and no work.
-- shard_by: sipHash64(trace_id)
ALTER TABLE spans ADD COLUMN is_transaction Bool
    ALIAS is_segment AND NOT startsWith(op, 'ui.webvital') AND NOT startsWith(op, 'ui.interaction');

-- shard_by: sipHash64(trace_id)
ALTER TABLE spans ADD COLUMN transaction_op LowCardinality(String) ALIAS if(op != '', op, kind);

-- Sentry's statuses are read when they arrive (not ok, cancelled, unknown: error). Elsewhere a server that answers 5xx
-- has failed even if its instrumentation did not say so.
-- shard_by: sipHash64(trace_id)
ALTER TABLE spans ADD COLUMN is_failed Bool
    ALIAS status_code = 'error' OR (source != 'sentry' AND http_status_code >= 500);

-- A duration to one part in five hundred, in order: the first bits of its Float32. Weighted quantiles of these are
-- exact, small, and hold for three spans as for a million; a t-digest puts a value between two that weigh much.
-- shard_by: sipHash64(trace_id)
ALTER TABLE spans ADD COLUMN duration_key UInt32 ALIAS bitShiftRight(reinterpretAsUInt32(toFloat32(duration_ns)), 14);
