-- OTLP as it comes off the wire, and how it maps onto the signal tables. The engine parses the protobuf itself
-- (otlp.proto); a row is what one instrumentation scope sent in one request, and after it what the server knows.
-- `any_text` is an AnyValue as text: numbers in their shortest form that reads back the same, bytes as base64.
-- The engine plans these views anew for every insert, about 1 ms a dozen expressions: keep them short.

CREATE TABLE otlp_logs_inbound (
    project_id UInt32,
    request_id UInt64,
    received_ns UInt64,
    earliest_ns UInt64,
    latest_ns UInt64,
    service LowCardinality(String),
    environment LowCardinality(String),
    release LowCardinality(String),
    user_id String,
    session_id String,
    scope_name LowCardinality(String),
    scope_version LowCardinality(String),
    scope_attributes Array(Tuple(key LowCardinality(String), value String)),
    resource Array(Tuple(key LowCardinality(String), value String)),
    log_records Array(Tuple(
        time_unix_nano UInt64,
        observed_time_unix_nano UInt64,
        severity_number Int32,
        severity_text LowCardinality(String),
        body Tuple(string_value String, bool_value Nullable(Bool), int_value Nullable(Int64), double_value Nullable(Float64), bytes_value Nullable(String)),
        attributes Array(Tuple(key LowCardinality(String), value Tuple(string_value String, bool_value Nullable(Bool), int_value Nullable(Int64), double_value Nullable(Float64), bytes_value Nullable(String)))),
        dropped_attributes_count UInt32,
        flags UInt32,
        trace_id String,
        span_id String,
        event_name LowCardinality(String)))
)
ENGINE = Null;

CREATE MATERIALIZED VIEW otlp_logs_to_logs TO logs AS
WITH
    (v -> multiIf(
        isNotNull(v.int_value), toString(v.int_value),
        isNotNull(v.double_value), toString(v.double_value),
        isNotNull(v.bool_value), toString(v.bool_value),
        isNotNull(v.bytes_value), base64Encode(v.bytes_value),
        v.string_value)) AS any_text
SELECT
    project_id,
    fromUnixTimestamp64Nano(toInt64(if(clamped, received_ns, stated_ns)), 'UTC') AS time,
    fromUnixTimestamp64Nano(toInt64(if(r.observed_time_unix_nano BETWEEN 1 AND 9000000000000000000, r.observed_time_unix_nano, received_ns)), 'UTC') AS observed_time,
    fromUnixTimestamp64Milli(toInt64(intDiv(received_ns, 1000000)), 'UTC') AS received_at,
    request_id,
    'otlp' AS source,
    service,
    ifNull(firstNonDefault(attributes['deployment.environment.name'], attributes['sentry.environment'], batch_environment), '') AS environment,
    ifNull(firstNonDefault(attributes['service.version'], attributes['sentry.release'], batch_release), '') AS release,
    greatest(0, least(255, r.severity_number)) AS severity_number,
    r.severity_text AS severity_text,
    r.event_name AS event_name,
    any_text(r.body) AS body,
    lower(hex(r.trace_id)) AS trace_id,
    lower(hex(r.span_id)) AS span_id,
    ifNull(firstNonDefault(attributes['session.id'], attributes['sessionId'], attributes['posthogSessionId'], batch_session_id), '') AS session_id,
    ifNull(firstNonDefault(attributes['user.id'], attributes['enduser.id'], attributes['posthogDistinctId'], batch_user_id), '') AS user_id,
    r.flags AS flags,
    scope_name,
    scope_version,
    attributes,
    scope_attributes,
    resource,
    r.dropped_attributes_count + greatest(length(r.attributes.key), 1024) - 1024 AS dropped_attributes_count
FROM (
    SELECT
        project_id, request_id, received_ns, resource, service, batch_environment, batch_release, batch_user_id,
        batch_session_id, scope_name, scope_version, scope_attributes, r,
        multiIf(r.time_unix_nano != 0, r.time_unix_nano, r.observed_time_unix_nano != 0, r.observed_time_unix_nano, received_ns) AS stated_ns,
        stated_ns NOT BETWEEN earliest_ns AND latest_ns AS clamped,
        mapSort(mapFromArrays(
            arrayConcat(arraySlice(r.attributes.key, 1, 1024), if(clamped, ['vedette.original_time_unix_nano'], [])),
            arrayConcat(
                arrayMap(v -> any_text(v), arraySlice(r.attributes.value, 1, 1024)),
                if(clamped, [toString(stated_ns)], [])))) AS attributes
    FROM (
        SELECT
            project_id, request_id, received_ns, earliest_ns, latest_ns, service, scope_name, scope_version,
            environment AS batch_environment,
            release AS batch_release,
            user_id AS batch_user_id,
            session_id AS batch_session_id,
            CAST(resource, 'Map(LowCardinality(String), String)') AS resource,
            CAST(scope_attributes, 'Map(LowCardinality(String), String)') AS scope_attributes,
            arrayJoin(log_records) AS r
        FROM otlp_logs_inbound
    )
);

CREATE MATERIALIZED VIEW otlp_logs_clamped TO outcomes AS
SELECT
    project_id,
    received_at AS time,
    'otlp' AS protocol,
    'log' AS category,
    'changed' AS outcome,
    'clamped_time' AS reason,
    count() AS quantity,
    'stated time in the far future or older than the retention: stored at the time of receipt' AS detail
FROM logs
WHERE source = 'otlp' AND mapContains(attributes, 'vedette.original_time_unix_nano')
GROUP BY project_id, received_at;

CREATE TABLE otlp_traces_inbound (
    project_id UInt32,
    request_id UInt64,
    received_ns UInt64,
    earliest_ns UInt64,
    latest_ns UInt64,
    service LowCardinality(String),
    environment LowCardinality(String),
    release LowCardinality(String),
    user_id String,
    session_id String,
    scope_name LowCardinality(String),
    scope_version LowCardinality(String),
    scope_attributes Array(Tuple(key LowCardinality(String), value String)),
    resource Array(Tuple(key LowCardinality(String), value String)),
    spans Array(Tuple(
        trace_id String,
        span_id String,
        trace_state String,
        parent_span_id String,
        flags UInt32,
        name LowCardinality(String),
        kind Int32,
        start_time_unix_nano UInt64,
        end_time_unix_nano UInt64,
        attributes Array(Tuple(key LowCardinality(String), value Tuple(string_value String, bool_value Nullable(Bool), int_value Nullable(Int64), double_value Nullable(Float64), bytes_value Nullable(String)))),
        dropped_attributes_count UInt32,
        events Array(Tuple(time_unix_nano UInt64, name String, attributes Array(Tuple(key String, value Tuple(string_value String, bool_value Nullable(Bool), int_value Nullable(Int64), double_value Nullable(Float64), bytes_value Nullable(String)))), dropped_attributes_count UInt32)),
        dropped_events_count UInt32,
        links Array(Tuple(trace_id String, span_id String, trace_state String, attributes Array(Tuple(key String, value Tuple(string_value String, bool_value Nullable(Bool), int_value Nullable(Int64), double_value Nullable(Float64), bytes_value Nullable(String)))), dropped_attributes_count UInt32)),
        dropped_links_count UInt32,
        status Tuple(message String, code Int32)))
)
ENGINE = Null;

CREATE MATERIALIZED VIEW otlp_traces_to_spans TO spans AS
WITH
    (v -> multiIf(
        isNotNull(v.int_value), toString(v.int_value),
        isNotNull(v.double_value), toString(v.double_value),
        isNotNull(v.bool_value), toString(v.bool_value),
        isNotNull(v.bytes_value), base64Encode(v.bytes_value),
        v.string_value)) AS any_text
SELECT
    project_id,
    fromUnixTimestamp64Nano(toInt64(if(clamped, received_ns, stated_ns)), 'UTC') AS time,
    if(r.end_time_unix_nano > r.start_time_unix_nano AND r.start_time_unix_nano != 0, r.end_time_unix_nano - r.start_time_unix_nano, 0) AS duration_ns,
    fromUnixTimestamp64Milli(toInt64(intDiv(received_ns, 1000000)), 'UTC') AS received_at,
    request_id,
    'otlp' AS source,
    service,
    ifNull(firstNonDefault(attributes['deployment.environment.name'], attributes['sentry.environment'], batch_environment), '') AS environment,
    ifNull(firstNonDefault(attributes['service.version'], attributes['sentry.release'], batch_release), '') AS release,
    lower(hex(r.trace_id)) AS trace_id,
    lower(hex(r.span_id)) AS span_id,
    lower(hex(r.parent_span_id)) AS parent_span_id,
    r.parent_span_id = '' OR r.kind IN (2, 5) AS is_segment,
    r.name AS name,
    multiIf(
        attributes['sentry.op'] != '', attributes['sentry.op'],
        mapContains(attributes, 'http.request.method') OR mapContains(attributes, 'http.method'), if(r.kind = 2, 'http.server', 'http.client'),
        mapContains(attributes, 'db.system.name') OR mapContains(attributes, 'db.system'), 'db',
        mapContains(attributes, 'messaging.system'), 'messaging',
        mapContains(attributes, 'rpc.system') OR mapContains(attributes, 'rpc.system.name'), 'rpc',
        mapContains(attributes, 'gen_ai.operation.name'), 'gen_ai',
        mapContains(attributes, 'faas.trigger'), 'faas',
        mapContains(attributes, 'graphql.operation.type'), 'graphql',
        '') AS op,
    transform(r.kind, [1, 2, 3, 4, 5], ['internal', 'server', 'client', 'producer', 'consumer'], 'unspecified') AS kind,
    transform(r.status.code, [1, 2], ['ok', 'error'], 'unset') AS status_code,
    r.status.message AS status_message,
    ifNull(firstNonDefault(attributes['session.id'], attributes['sessionId'], attributes['posthogSessionId'], batch_session_id), '') AS session_id,
    ifNull(firstNonDefault(attributes['user.id'], attributes['enduser.id'], attributes['posthogDistinctId'], batch_user_id), '') AS user_id,
    r.trace_state AS trace_state,
    r.flags AS flags,
    scope_name,
    scope_version,
    attributes,
    scope_attributes,
    resource,
    arrayMap(
        e -> (
            fromUnixTimestamp64Nano(toInt64(least(e.time_unix_nano, 9000000000000000000)), 'UTC'),
            e.name,
            mapFromArrays(
                arrayConcat(e.attributes.key, if(e.dropped_attributes_count > 0, ['otel.dropped_attributes_count'], [])),
                arrayConcat(
                    arrayMap(v -> any_text(v), e.attributes.value),
                    if(e.dropped_attributes_count > 0, [toString(e.dropped_attributes_count)], [])))),
        r.events) AS events,
    arrayMap(
        l -> (
            lower(hex(l.trace_id)),
            lower(hex(l.span_id)),
            l.trace_state,
            mapFromArrays(
                arrayConcat(l.attributes.key, if(l.dropped_attributes_count > 0, ['otel.dropped_attributes_count'], [])),
                arrayConcat(
                    arrayMap(v -> any_text(v), l.attributes.value),
                    if(l.dropped_attributes_count > 0, [toString(l.dropped_attributes_count)], [])))),
        r.links) AS links,
    r.dropped_attributes_count + greatest(length(r.attributes.key), 1024) - 1024 AS dropped_attributes_count,
    r.dropped_events_count AS dropped_events_count,
    r.dropped_links_count AS dropped_links_count
FROM (
    SELECT
        project_id, request_id, received_ns, resource, service, batch_environment, batch_release, batch_user_id,
        batch_session_id, scope_name, scope_version, scope_attributes, r,
        multiIf(r.start_time_unix_nano != 0, r.start_time_unix_nano, r.end_time_unix_nano != 0, r.end_time_unix_nano, received_ns) AS stated_ns,
        stated_ns NOT BETWEEN earliest_ns AND latest_ns AS clamped,
        mapSort(mapFromArrays(
            arrayConcat(arraySlice(r.attributes.key, 1, 1024), if(clamped, ['vedette.original_time_unix_nano'], [])),
            arrayConcat(
                arrayMap(v -> any_text(v), arraySlice(r.attributes.value, 1, 1024)),
                if(clamped, [toString(stated_ns)], [])))) AS attributes
    FROM (
        SELECT
            project_id, request_id, received_ns, earliest_ns, latest_ns, service, scope_name, scope_version,
            environment AS batch_environment,
            release AS batch_release,
            user_id AS batch_user_id,
            session_id AS batch_session_id,
            CAST(resource, 'Map(LowCardinality(String), String)') AS resource,
            CAST(scope_attributes, 'Map(LowCardinality(String), String)') AS scope_attributes,
            arrayJoin(spans) AS r
        FROM otlp_traces_inbound
    )
);

CREATE MATERIALIZED VIEW otlp_traces_clamped TO outcomes AS
SELECT
    project_id,
    received_at AS time,
    'otlp' AS protocol,
    'span' AS category,
    'changed' AS outcome,
    'clamped_time' AS reason,
    count() AS quantity,
    'stated time in the far future or older than the retention: stored at the time of receipt' AS detail
FROM spans
WHERE source = 'otlp' AND mapContains(attributes, 'vedette.original_time_unix_nano')
GROUP BY project_id, received_at;

CREATE TABLE otlp_metrics_inbound (
    project_id UInt32,
    request_id UInt64,
    received_ns UInt64,
    earliest_ns UInt64,
    latest_ns UInt64,
    service LowCardinality(String),
    environment LowCardinality(String),
    release LowCardinality(String),
    user_id String,
    session_id String,
    scope_name LowCardinality(String),
    scope_version LowCardinality(String),
    scope_attributes Array(Tuple(key LowCardinality(String), value String)),
    resource Array(Tuple(key LowCardinality(String), value String)),
    metrics Array(Tuple(
        name LowCardinality(String),
        description String,
        unit LowCardinality(String),
        gauge Tuple(data_points Array(Tuple(attributes Array(Tuple(key String, value Tuple(string_value String, bool_value Nullable(Bool), int_value Nullable(Int64), double_value Nullable(Float64), bytes_value Nullable(String)))), start_time_unix_nano UInt64, time_unix_nano UInt64, flags UInt32, as_double Nullable(Float64), as_int Nullable(Int64), exemplars Array(Tuple(time_unix_nano UInt64, as_double Nullable(Float64), as_int Nullable(Int64), span_id String, trace_id String, filtered_attributes Array(Tuple(key String, value Tuple(string_value String, bool_value Nullable(Bool), int_value Nullable(Int64), double_value Nullable(Float64), bytes_value Nullable(String))))))))),
        sum Tuple(data_points Array(Tuple(attributes Array(Tuple(key String, value Tuple(string_value String, bool_value Nullable(Bool), int_value Nullable(Int64), double_value Nullable(Float64), bytes_value Nullable(String)))), start_time_unix_nano UInt64, time_unix_nano UInt64, flags UInt32, as_double Nullable(Float64), as_int Nullable(Int64), exemplars Array(Tuple(time_unix_nano UInt64, as_double Nullable(Float64), as_int Nullable(Int64), span_id String, trace_id String, filtered_attributes Array(Tuple(key String, value Tuple(string_value String, bool_value Nullable(Bool), int_value Nullable(Int64), double_value Nullable(Float64), bytes_value Nullable(String)))))))), aggregation_temporality Int32, is_monotonic Bool),
        histogram Tuple(data_points Array(Tuple(attributes Array(Tuple(key String, value Tuple(string_value String, bool_value Nullable(Bool), int_value Nullable(Int64), double_value Nullable(Float64), bytes_value Nullable(String)))), start_time_unix_nano UInt64, time_unix_nano UInt64, flags UInt32, count UInt64, sum Nullable(Float64), min Nullable(Float64), max Nullable(Float64), bucket_counts Array(UInt64), explicit_bounds Array(Float64), exemplars Array(Tuple(time_unix_nano UInt64, as_double Nullable(Float64), as_int Nullable(Int64), span_id String, trace_id String, filtered_attributes Array(Tuple(key String, value Tuple(string_value String, bool_value Nullable(Bool), int_value Nullable(Int64), double_value Nullable(Float64), bytes_value Nullable(String)))))))), aggregation_temporality Int32),
        exponential_histogram Tuple(data_points Array(Tuple(attributes Array(Tuple(key String, value Tuple(string_value String, bool_value Nullable(Bool), int_value Nullable(Int64), double_value Nullable(Float64), bytes_value Nullable(String)))), start_time_unix_nano UInt64, time_unix_nano UInt64, flags UInt32, count UInt64, sum Nullable(Float64), min Nullable(Float64), max Nullable(Float64), scale Int32, zero_count UInt64, zero_threshold Float64, positive Tuple(offset Int32, bucket_counts Array(UInt64)), negative Tuple(offset Int32, bucket_counts Array(UInt64)), exemplars Array(Tuple(time_unix_nano UInt64, as_double Nullable(Float64), as_int Nullable(Int64), span_id String, trace_id String, filtered_attributes Array(Tuple(key String, value Tuple(string_value String, bool_value Nullable(Bool), int_value Nullable(Int64), double_value Nullable(Float64), bytes_value Nullable(String)))))))), aggregation_temporality Int32),
        summary Tuple(data_points Array(Tuple(attributes Array(Tuple(key String, value Tuple(string_value String, bool_value Nullable(Bool), int_value Nullable(Int64), double_value Nullable(Float64), bytes_value Nullable(String)))), start_time_unix_nano UInt64, time_unix_nano UInt64, flags UInt32, count UInt64, sum Float64, quantile_values Array(Tuple(quantile Float64, value Float64)))))))
)
ENGINE = Null;

-- A data point of any type, with what describes its series: from here one row goes to each of two tables. A metric
-- has points of one type only, so the four arrays below never hold points at once: adding up picks the one there is.
CREATE TABLE otlp_points_inbound (
    project_id UInt32,
    request_id UInt64,
    received_at DateTime64(3, 'UTC'),
    metric_name LowCardinality(String),
    series_id UInt64,
    time DateTime64(9, 'UTC'),
    start_time DateTime64(9, 'UTC'),
    type LowCardinality(String),
    temporality LowCardinality(String),
    is_monotonic Bool,
    unit LowCardinality(String),
    description String,
    service LowCardinality(String),
    environment LowCardinality(String),
    release LowCardinality(String),
    scope_name LowCardinality(String),
    attributes Map(LowCardinality(String), String),
    resource Map(LowCardinality(String), String),
    value Float64,
    is_stale Bool,
    count UInt64,
    min Nullable(Float64),
    max Nullable(Float64),
    explicit_bounds Array(Float64),
    bucket_counts Array(UInt64),
    scale Int32,
    zero_count UInt64,
    zero_threshold Float64,
    positive_offset Int32,
    positive_counts Array(UInt64),
    negative_offset Int32,
    negative_counts Array(UInt64),
    quantiles Array(Tuple(quantile Float64, value Float64)),
    exemplars Array(Tuple(time DateTime64(9, 'UTC'), value Float64, trace_id String, span_id String, attributes Map(String, String))),
    stated_ns UInt64,
    clamped Bool
)
ENGINE = Null;

CREATE MATERIALIZED VIEW otlp_metrics_to_points TO otlp_points_inbound AS
WITH
    (v -> multiIf(
        isNotNull(v.int_value), toString(v.int_value),
        isNotNull(v.double_value), toString(v.double_value),
        isNotNull(v.bool_value), toString(v.bool_value),
        isNotNull(v.bytes_value), base64Encode(v.bytes_value),
        v.string_value)) AS any_text
SELECT
    project_id,
    request_id,
    fromUnixTimestamp64Milli(toInt64(intDiv(received_ns, 1000000)), 'UTC') AS received_at,
    metric_name,
    n.time_unix_nano + h.time_unix_nano + e.time_unix_nano + q.time_unix_nano AS stated_ns,
    stated_ns != 0 AND stated_ns NOT BETWEEN earliest_ns AND latest_ns AS clamped,
    fromUnixTimestamp64Nano(toInt64(if(stated_ns BETWEEN earliest_ns AND latest_ns, stated_ns, received_ns)), 'UTC') AS time,
    fromUnixTimestamp64Nano(toInt64(least(n.start_time_unix_nano + h.start_time_unix_nano + e.start_time_unix_nano + q.start_time_unix_nano, 9000000000000000000)), 'UTC') AS start_time,
    type,
    temporality,
    is_monotonic,
    unit,
    description,
    service,
    environment,
    release,
    scope_name,
    mapSort(mapFromArrays(
        arrayConcat(n.attributes.key, h.attributes.key, e.attributes.key, q.attributes.key),
        arrayMap(
            v -> any_text(v),
            arrayConcat(n.attributes.value, h.attributes.value, e.attributes.value, q.attributes.value)))) AS attributes,
    resource,
    bitTest(n.flags + h.flags + e.flags + q.flags, 0) AS is_stale,
    multiIf(
        type IN ('gauge', 'sum'), coalesce(n.as_double, toFloat64(n.as_int), nan),
        type = 'histogram', ifNull(h.sum, nan),
        type = 'summary', q.sum,
        ifNull(e.sum, nan)) AS value,
    h.count + e.count + q.count AS count,
    coalesce(h.min, e.min) AS min,
    coalesce(h.max, e.max) AS max,
    h.explicit_bounds AS explicit_bounds,
    h.bucket_counts AS bucket_counts,
    e.scale AS scale,
    e.zero_count AS zero_count,
    e.zero_threshold AS zero_threshold,
    e.positive.offset AS positive_offset,
    e.positive.bucket_counts AS positive_counts,
    e.negative.offset AS negative_offset,
    e.negative.bucket_counts AS negative_counts,
    q.quantile_values AS quantiles,
    arrayMap(
        x -> (
            fromUnixTimestamp64Nano(toInt64(least(x.time_unix_nano, 9000000000000000000)), 'UTC'),
            coalesce(x.as_double, toFloat64(x.as_int), nan),
            lower(hex(x.trace_id)),
            lower(hex(x.span_id)),
            mapFromArrays(x.filtered_attributes.key, arrayMap(v -> any_text(v), x.filtered_attributes.value))),
        arrayConcat(n.exemplars, h.exemplars, e.exemplars)) AS exemplars
FROM (
    SELECT
        project_id, request_id, received_ns, earliest_ns, latest_ns, service, environment, release, scope_name,
        CAST(resource, 'Map(LowCardinality(String), String)') AS resource,
        arrayJoin(metrics) AS m,
        m.name AS metric_name,
        m.unit AS unit,
        m.description AS description,
        multiIf(
            notEmpty(m.sum.data_points), 'sum',
            notEmpty(m.histogram.data_points), 'histogram',
            notEmpty(m.exponential_histogram.data_points), 'exponential_histogram',
            notEmpty(m.summary.data_points), 'summary',
            'gauge') AS type,
        m.sum.is_monotonic AS is_monotonic,
        transform(
            m.sum.aggregation_temporality + m.histogram.aggregation_temporality
                + m.exponential_histogram.aggregation_temporality,
            [1, 2], ['delta', 'cumulative'], 'unspecified') AS temporality,
        arrayConcat(m.gauge.data_points, m.sum.data_points) AS numbers,
        m.histogram.data_points AS histograms,
        m.exponential_histogram.data_points AS exponentials,
        m.summary.data_points AS summaries,
        length(numbers) + length(histograms) + length(exponentials) + length(summaries) AS points
    FROM otlp_metrics_inbound
)
ARRAY JOIN
    arrayResize(numbers, points) AS n,
    arrayResize(histograms, points) AS h,
    arrayResize(exponentials, points) AS e,
    arrayResize(summaries, points) AS q;

CREATE MATERIALIZED VIEW otlp_points_to_points TO metric_points AS
SELECT
    project_id, metric_name,
    sipHash64(metric_name, type, mapKeys(resource), mapValues(resource), scope_name, mapKeys(attributes), mapValues(attributes)) AS series_id,
    time, start_time, received_at, request_id, type, value, is_stale, count, min, max, explicit_bounds, bucket_counts,
    scale, zero_count, zero_threshold, positive_offset, positive_counts, negative_offset, negative_counts, quantiles,
    exemplars
FROM otlp_points_inbound;

CREATE MATERIALIZED VIEW otlp_points_to_series TO metric_series AS
SELECT
    project_id, metric_name,
    sipHash64(metric_name, type, mapKeys(resource), mapValues(resource), scope_name, mapKeys(attributes), mapValues(attributes)) AS series_id,
    type,
    any(temporality) AS temporality,
    any(is_monotonic) AS is_monotonic,
    any(unit) AS unit,
    any(description) AS description,
    'otlp' AS source,
    any(service) AS service,
    any(environment) AS environment,
    any(release) AS release,
    scope_name,
    attributes,
    resource,
    min(time) AS first_time,
    max(time) AS last_time
FROM otlp_points_inbound
GROUP BY project_id, metric_name, type, resource, scope_name, attributes;

CREATE MATERIALIZED VIEW otlp_points_clamped TO outcomes AS
SELECT
    project_id,
    received_at AS time,
    'otlp' AS protocol,
    'metric_point' AS category,
    'changed' AS outcome,
    'clamped_time' AS reason,
    count() AS quantity,
    'stated time in the far future or older than the retention: stored at the time of receipt' AS detail
FROM otlp_points_inbound
WHERE clamped
GROUP BY project_id, received_at;
