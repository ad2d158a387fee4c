-- OTLP messages as they come off the wire, and how they map onto the signal tables. The engine parses the protobuf
-- itself (otlp.proto); a block is many requests, each with what the server knows about it appended.
-- `any_text` is an AnyValue as text: numbers in their shortest form that reads back the same, bytes as base64.

CREATE TABLE otlp_logs_inbound (
    project_id UInt32,
    request_id UInt64,
    received_ns UInt64,
    earliest_ns UInt64,
    latest_ns UInt64,
    resource_logs Array(Tuple(
        resource Tuple(attributes Array(Tuple(key LowCardinality(String), value Tuple(string_value String, bool_value Nullable(Bool), int_value Nullable(Int64), double_value Nullable(Float64), bytes_value Nullable(String))))),
        scope_logs Array(Tuple(
            scope Tuple(name LowCardinality(String), version LowCardinality(String), attributes Array(Tuple(key LowCardinality(String), value Tuple(string_value String, bool_value Nullable(Bool), int_value Nullable(Int64), double_value Nullable(Float64), bytes_value Nullable(String))))),
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
                event_name LowCardinality(String)))))))
)
ENGINE = Null;

CREATE MATERIALIZED VIEW otlp_logs_to_logs TO logs AS
WITH
    (v -> multiIf(
        isNotNull(v.int_value), toString(assumeNotNull(v.int_value)),
        isNotNull(v.double_value), toString(assumeNotNull(v.double_value)),
        isNotNull(v.bool_value), if(assumeNotNull(v.bool_value), 'true', 'false'),
        isNotNull(v.bytes_value), base64Encode(assumeNotNull(v.bytes_value)),
        v.string_value)) AS any_text
SELECT
    project_id,
    fromUnixTimestamp64Nano(toInt64(if(clamped, received_ns, stated_ns)), 'UTC') AS time,
    fromUnixTimestamp64Nano(toInt64(if(r.observed_time_unix_nano BETWEEN 1 AND 9000000000000000000, r.observed_time_unix_nano, received_ns)), 'UTC') AS observed_time,
    fromUnixTimestamp64Milli(toInt64(intDiv(received_ns, 1000000)), 'UTC') AS received_at,
    request_id,
    'otlp' AS source,
    service,
    multiIf(attributes['deployment.environment.name'] != '', attributes['deployment.environment.name'], attributes['sentry.environment'] != '', attributes['sentry.environment'], resource_environment) AS environment,
    multiIf(attributes['service.version'] != '', attributes['service.version'], attributes['sentry.release'] != '', attributes['sentry.release'], resource_release) AS release,
    toUInt8(greatest(0, least(255, r.severity_number))) AS severity_number,
    r.severity_text AS severity_text,
    r.event_name AS event_name,
    any_text(r.body) AS body,
    lower(hex(r.trace_id)) AS trace_id,
    lower(hex(r.span_id)) AS span_id,
    multiIf(attributes['session.id'] != '', attributes['session.id'], attributes['sessionId'] != '', attributes['sessionId'], attributes['posthogSessionId'] != '', attributes['posthogSessionId'], resource_session) AS session_id,
    multiIf(attributes['user.id'] != '', attributes['user.id'], attributes['enduser.id'] != '', attributes['enduser.id'], attributes['posthogDistinctId'] != '', attributes['posthogDistinctId'], resource_user) AS user_id,
    r.flags AS flags,
    scope_name,
    scope_version,
    mapSort(mapFromArrays(
        arrayConcat(arraySlice(r.attributes.key, 1, 1024), if(clamped, ['vedette.original_time_unix_nano'], [])),
        arrayConcat(
            arrayMap(v -> any_text(v), arraySlice(r.attributes.value, 1, 1024)),
            if(clamped, [toString(stated_ns)], [])))) AS attributes,
    scope_attributes,
    resource,
    toUInt32(r.dropped_attributes_count + greatest(length(r.attributes), 1024) - 1024) AS dropped_attributes_count
FROM (
    SELECT
        project_id, request_id, received_ns, resource, service, resource_environment, resource_release,
        resource_user, resource_session,
        s.scope.name AS scope_name,
        s.scope.version AS scope_version,
        mapSort(mapFromArrays(s.scope.attributes.key, arrayMap(v -> any_text(v), s.scope.attributes.value))) AS scope_attributes,
        arrayJoin(s.log_records) AS r,
        multiIf(r.time_unix_nano != 0, r.time_unix_nano, r.observed_time_unix_nano != 0, r.observed_time_unix_nano, received_ns) AS stated_ns,
        stated_ns NOT BETWEEN earliest_ns AND latest_ns AS clamped
    FROM (
        SELECT
            project_id, request_id, received_ns, earliest_ns, latest_ns,
            mapSort(mapFromArrays(g.resource.attributes.key, arrayMap(v -> any_text(v), g.resource.attributes.value))) AS resource,
            resource['service.name'] AS service,
            if(resource['deployment.environment.name'] != '', resource['deployment.environment.name'], resource['deployment.environment']) AS resource_environment,
            resource['service.version'] AS resource_release,
            multiIf(resource['user.id'] != '', resource['user.id'], resource['enduser.id'] != '', resource['enduser.id'], resource['posthogDistinctId']) AS resource_user,
            multiIf(resource['session.id'] != '', resource['session.id'], resource['sessionId'] != '', resource['sessionId'], resource['posthogSessionId']) AS resource_session,
            arrayJoin(g.scope_logs) AS s
        FROM (
            SELECT project_id, request_id, received_ns, earliest_ns, latest_ns, arrayJoin(resource_logs) AS g
            FROM otlp_logs_inbound
        )
    )
);

CREATE MATERIALIZED VIEW otlp_logs_clamped TO outcomes AS
SELECT
    project_id,
    fromUnixTimestamp64Milli(toInt64(intDiv(received_ns, 1000000)), 'UTC') AS time,
    'otlp' AS protocol,
    'log' AS category,
    'changed' AS outcome,
    'clamped_time' AS reason,
    toUInt64(arrayCount(t -> t != 0 AND t NOT BETWEEN earliest_ns AND latest_ns, arrayFlatten(arrayMap((a, b) -> arrayMap((c, d) -> arrayMap((t, o) -> if(t != 0, t, o), c, d), a, b), resource_logs.scope_logs.log_records.time_unix_nano, resource_logs.scope_logs.log_records.observed_time_unix_nano)))) AS quantity,
    toUInt64(0) AS bytes,
    'time in the far future or older than the retention: stored at the time of receipt' AS detail,
    '' AS sample
FROM otlp_logs_inbound
WHERE quantity > 0;

CREATE TABLE otlp_traces_inbound (
    project_id UInt32,
    request_id UInt64,
    received_ns UInt64,
    earliest_ns UInt64,
    latest_ns UInt64,
    resource_spans Array(Tuple(
        resource Tuple(attributes Array(Tuple(key LowCardinality(String), value Tuple(string_value String, bool_value Nullable(Bool), int_value Nullable(Int64), double_value Nullable(Float64), bytes_value Nullable(String))))),
        scope_spans Array(Tuple(
            scope Tuple(name LowCardinality(String), version LowCardinality(String), attributes Array(Tuple(key LowCardinality(String), value Tuple(string_value String, bool_value Nullable(Bool), int_value Nullable(Int64), double_value Nullable(Float64), bytes_value Nullable(String))))),
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
                status Tuple(message String, code Int32)))))))
)
ENGINE = Null;

CREATE MATERIALIZED VIEW otlp_traces_to_spans TO spans AS
WITH
    (v -> multiIf(
        isNotNull(v.int_value), toString(assumeNotNull(v.int_value)),
        isNotNull(v.double_value), toString(assumeNotNull(v.double_value)),
        isNotNull(v.bool_value), if(assumeNotNull(v.bool_value), 'true', 'false'),
        isNotNull(v.bytes_value), base64Encode(assumeNotNull(v.bytes_value)),
        v.string_value)) AS any_text
SELECT
    project_id,
    fromUnixTimestamp64Nano(toInt64(if(clamped, received_ns, stated_ns)), 'UTC') AS time,
    if(r.end_time_unix_nano > r.start_time_unix_nano AND r.start_time_unix_nano != 0, r.end_time_unix_nano - r.start_time_unix_nano, 0) AS duration_ns,
    fromUnixTimestamp64Milli(toInt64(intDiv(received_ns, 1000000)), 'UTC') AS received_at,
    request_id,
    'otlp' AS source,
    service,
    multiIf(attributes['deployment.environment.name'] != '', attributes['deployment.environment.name'], attributes['sentry.environment'] != '', attributes['sentry.environment'], resource_environment) AS environment,
    multiIf(attributes['service.version'] != '', attributes['service.version'], attributes['sentry.release'] != '', attributes['sentry.release'], resource_release) AS release,
    lower(hex(r.trace_id)) AS trace_id,
    lower(hex(r.span_id)) AS span_id,
    lower(hex(r.parent_span_id)) AS parent_span_id,
    parent_span_id = '' OR r.kind IN (2, 5) AS is_segment,
    r.name AS name,
    multiIf(
        attributes['sentry.op'] != '', attributes['sentry.op'],
        attributes['http.request.method'] != '' OR attributes['http.method'] != '', if(r.kind = 2, 'http.server', 'http.client'),
        attributes['db.system.name'] != '' OR attributes['db.system'] != '', 'db',
        attributes['messaging.system'] != '', 'messaging',
        attributes['rpc.system'] != '' OR attributes['rpc.system.name'] != '', 'rpc',
        attributes['gen_ai.operation.name'] != '', 'gen_ai',
        attributes['faas.trigger'] != '', 'faas',
        attributes['graphql.operation.type'] != '', 'graphql',
        '') AS op,
    ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'][if(r.kind BETWEEN 0 AND 5, r.kind, 0) + 1] AS kind,
    ['unset', 'ok', 'error'][if(r.status.code BETWEEN 0 AND 2, r.status.code, 0) + 1] AS status_code,
    r.status.message AS status_message,
    multiIf(attributes['session.id'] != '', attributes['session.id'], attributes['sessionId'] != '', attributes['sessionId'], attributes['posthogSessionId'] != '', attributes['posthogSessionId'], resource_session) AS session_id,
    multiIf(attributes['user.id'] != '', attributes['user.id'], attributes['enduser.id'] != '', attributes['enduser.id'], attributes['posthogDistinctId'] != '', attributes['posthogDistinctId'], resource_user) AS user_id,
    r.trace_state AS trace_state,
    r.flags AS flags,
    scope_name,
    scope_version,
    mapSort(mapFromArrays(
        arrayConcat(arraySlice(r.attributes.key, 1, 1024), if(clamped, ['vedette.original_time_unix_nano'], [])),
        arrayConcat(
            arrayMap(v -> any_text(v), arraySlice(r.attributes.value, 1, 1024)),
            if(clamped, [toString(stated_ns)], [])))) AS attributes,
    scope_attributes,
    resource,
    arrayMap(
        e -> (
            fromUnixTimestamp64Nano(toInt64(least(e.time_unix_nano, 9000000000000000000)), 'UTC'),
            e.name,
            mapFromArrays(
                arrayConcat(e.attributes.key, if(e.dropped_attributes_count > 0, ['otel.dropped_attributes_count'], [])),
                arrayConcat(arrayMap(v -> any_text(v), e.attributes.value), if(e.dropped_attributes_count > 0, [toString(e.dropped_attributes_count)], [])))),
        r.events) AS events,
    arrayMap(
        l -> (
            lower(hex(l.trace_id)),
            lower(hex(l.span_id)),
            l.trace_state,
            mapFromArrays(
                arrayConcat(l.attributes.key, if(l.dropped_attributes_count > 0, ['otel.dropped_attributes_count'], [])),
                arrayConcat(arrayMap(v -> any_text(v), l.attributes.value), if(l.dropped_attributes_count > 0, [toString(l.dropped_attributes_count)], [])))),
        r.links) AS links,
    toUInt32(r.dropped_attributes_count + greatest(length(r.attributes), 1024) - 1024) AS dropped_attributes_count,
    r.dropped_events_count AS dropped_events_count,
    r.dropped_links_count AS dropped_links_count
FROM (
    SELECT
        project_id, request_id, received_ns, resource, service, resource_environment, resource_release,
        resource_user, resource_session,
        s.scope.name AS scope_name,
        s.scope.version AS scope_version,
        mapSort(mapFromArrays(s.scope.attributes.key, arrayMap(v -> any_text(v), s.scope.attributes.value))) AS scope_attributes,
        arrayJoin(s.spans) AS r,
        multiIf(r.start_time_unix_nano != 0, r.start_time_unix_nano, r.end_time_unix_nano != 0, r.end_time_unix_nano, received_ns) AS stated_ns,
        stated_ns NOT BETWEEN earliest_ns AND latest_ns AS clamped
    FROM (
        SELECT
            project_id, request_id, received_ns, earliest_ns, latest_ns,
            mapSort(mapFromArrays(g.resource.attributes.key, arrayMap(v -> any_text(v), g.resource.attributes.value))) AS resource,
            resource['service.name'] AS service,
            if(resource['deployment.environment.name'] != '', resource['deployment.environment.name'], resource['deployment.environment']) AS resource_environment,
            resource['service.version'] AS resource_release,
            multiIf(resource['user.id'] != '', resource['user.id'], resource['enduser.id'] != '', resource['enduser.id'], resource['posthogDistinctId']) AS resource_user,
            multiIf(resource['session.id'] != '', resource['session.id'], resource['sessionId'] != '', resource['sessionId'], resource['posthogSessionId']) AS resource_session,
            arrayJoin(g.scope_spans) AS s
        FROM (
            SELECT project_id, request_id, received_ns, earliest_ns, latest_ns, arrayJoin(resource_spans) AS g
            FROM otlp_traces_inbound
        )
    )
);

CREATE MATERIALIZED VIEW otlp_traces_clamped TO outcomes AS
SELECT
    project_id,
    fromUnixTimestamp64Milli(toInt64(intDiv(received_ns, 1000000)), 'UTC') AS time,
    'otlp' AS protocol,
    'span' AS category,
    'changed' AS outcome,
    'clamped_time' AS reason,
    toUInt64(arrayCount(t -> t != 0 AND t NOT BETWEEN earliest_ns AND latest_ns, arrayFlatten(resource_spans.scope_spans.spans.start_time_unix_nano))) AS quantity,
    toUInt64(0) AS bytes,
    'time in the far future or older than the retention: stored at the time of receipt' AS detail,
    '' AS sample
FROM otlp_traces_inbound
WHERE quantity > 0;

CREATE TABLE otlp_metrics_inbound (
    project_id UInt32,
    request_id UInt64,
    received_ns UInt64,
    earliest_ns UInt64,
    latest_ns UInt64,
    resource_metrics Array(Tuple(
        resource Tuple(attributes Array(Tuple(key LowCardinality(String), value Tuple(string_value String, bool_value Nullable(Bool), int_value Nullable(Int64), double_value Nullable(Float64), bytes_value Nullable(String))))),
        scope_metrics Array(Tuple(
            scope Tuple(name LowCardinality(String), version LowCardinality(String), attributes Array(Tuple(key LowCardinality(String), value Tuple(string_value String, bool_value Nullable(Bool), int_value Nullable(Int64), double_value Nullable(Float64), bytes_value Nullable(String))))),
            metrics Array(Tuple(
                name LowCardinality(String),
                description String,
                unit LowCardinality(String),
                gauge Tuple(data_points Array(Tuple(attributes Array(Tuple(key String, value Tuple(string_value String, bool_value Nullable(Bool), int_value Nullable(Int64), double_value Nullable(Float64), bytes_value Nullable(String)))), start_time_unix_nano UInt64, time_unix_nano UInt64, flags UInt32, as_double Nullable(Float64), as_int Nullable(Int64), exemplars Array(Tuple(time_unix_nano UInt64, as_double Nullable(Float64), as_int Nullable(Int64), span_id String, trace_id String, filtered_attributes Array(Tuple(key String, value Tuple(string_value String, bool_value Nullable(Bool), int_value Nullable(Int64), double_value Nullable(Float64), bytes_value Nullable(String))))))))),
                sum Tuple(data_points Array(Tuple(attributes Array(Tuple(key String, value Tuple(string_value String, bool_value Nullable(Bool), int_value Nullable(Int64), double_value Nullable(Float64), bytes_value Nullable(String)))), start_time_unix_nano UInt64, time_unix_nano UInt64, flags UInt32, as_double Nullable(Float64), as_int Nullable(Int64), exemplars Array(Tuple(time_unix_nano UInt64, as_double Nullable(Float64), as_int Nullable(Int64), span_id String, trace_id String, filtered_attributes Array(Tuple(key String, value Tuple(string_value String, bool_value Nullable(Bool), int_value Nullable(Int64), double_value Nullable(Float64), bytes_value Nullable(String)))))))), aggregation_temporality Int32, is_monotonic Bool),
                histogram Tuple(data_points Array(Tuple(attributes Array(Tuple(key String, value Tuple(string_value String, bool_value Nullable(Bool), int_value Nullable(Int64), double_value Nullable(Float64), bytes_value Nullable(String)))), start_time_unix_nano UInt64, time_unix_nano UInt64, flags UInt32, count UInt64, sum Nullable(Float64), min Nullable(Float64), max Nullable(Float64), bucket_counts Array(UInt64), explicit_bounds Array(Float64), exemplars Array(Tuple(time_unix_nano UInt64, as_double Nullable(Float64), as_int Nullable(Int64), span_id String, trace_id String, filtered_attributes Array(Tuple(key String, value Tuple(string_value String, bool_value Nullable(Bool), int_value Nullable(Int64), double_value Nullable(Float64), bytes_value Nullable(String)))))))), aggregation_temporality Int32),
                exponential_histogram Tuple(data_points Array(Tuple(attributes Array(Tuple(key String, value Tuple(string_value String, bool_value Nullable(Bool), int_value Nullable(Int64), double_value Nullable(Float64), bytes_value Nullable(String)))), start_time_unix_nano UInt64, time_unix_nano UInt64, flags UInt32, count UInt64, sum Nullable(Float64), min Nullable(Float64), max Nullable(Float64), scale Int32, zero_count UInt64, zero_threshold Float64, positive Tuple(offset Int32, bucket_counts Array(UInt64)), negative Tuple(offset Int32, bucket_counts Array(UInt64)), exemplars Array(Tuple(time_unix_nano UInt64, as_double Nullable(Float64), as_int Nullable(Int64), span_id String, trace_id String, filtered_attributes Array(Tuple(key String, value Tuple(string_value String, bool_value Nullable(Bool), int_value Nullable(Int64), double_value Nullable(Float64), bytes_value Nullable(String)))))))), aggregation_temporality Int32),
                summary Tuple(data_points Array(Tuple(attributes Array(Tuple(key String, value Tuple(string_value String, bool_value Nullable(Bool), int_value Nullable(Int64), double_value Nullable(Float64), bytes_value Nullable(String)))), start_time_unix_nano UInt64, time_unix_nano UInt64, flags UInt32, count UInt64, sum Float64, quantile_values Array(Tuple(quantile Float64, value Float64)))))))))))
)
ENGINE = Null;

-- A data point of any type, with what describes its series: from here one row goes to each of two tables.
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
    exemplars Array(Tuple(time DateTime64(9, 'UTC'), value Float64, trace_id String, span_id String, attributes Map(String, String)))
)
ENGINE = Null;

CREATE MATERIALIZED VIEW otlp_metrics_gauges TO otlp_points_inbound AS
WITH
    (v -> multiIf(
        isNotNull(v.int_value), toString(assumeNotNull(v.int_value)),
        isNotNull(v.double_value), toString(assumeNotNull(v.double_value)),
        isNotNull(v.bool_value), if(assumeNotNull(v.bool_value), 'true', 'false'),
        isNotNull(v.bytes_value), base64Encode(assumeNotNull(v.bytes_value)),
        v.string_value)) AS any_text
SELECT
    project_id,
    request_id,
    fromUnixTimestamp64Milli(toInt64(intDiv(received_ns, 1000000)), 'UTC') AS received_at,
    metric_name,
    sipHash64(metric_name, type, mapKeys(resource), mapValues(resource), scope_name, mapKeys(attributes), mapValues(attributes)) AS series_id,
    fromUnixTimestamp64Nano(toInt64(if(p.time_unix_nano BETWEEN earliest_ns AND latest_ns, p.time_unix_nano, received_ns)), 'UTC') AS time,
    fromUnixTimestamp64Nano(toInt64(least(p.start_time_unix_nano, 9000000000000000000)), 'UTC') AS start_time,
    'gauge' AS type,
    'unspecified' AS temporality,
    false AS is_monotonic,
    unit,
    description,
    service,
    resource_environment AS environment,
    resource_release AS release,
    scope_name,
    mapSort(mapFromArrays(p.attributes.key, arrayMap(v -> any_text(v), p.attributes.value))) AS attributes,
    resource,
    bitTest(p.flags, 0) AS is_stale,
    ifNull(p.as_double, ifNull(toFloat64(p.as_int), nan)) AS value,
    arrayMap(
        x -> (
            fromUnixTimestamp64Nano(toInt64(least(x.time_unix_nano, 9000000000000000000)), 'UTC'),
            ifNull(x.as_double, ifNull(toFloat64(x.as_int), nan)),
            lower(hex(x.trace_id)),
            lower(hex(x.span_id)),
            mapFromArrays(x.filtered_attributes.key, arrayMap(v -> any_text(v), x.filtered_attributes.value))),
        p.exemplars) AS exemplars
FROM (
    SELECT
        project_id, request_id, received_ns, earliest_ns, latest_ns, resource, service, resource_environment,
        resource_release, scope_name, m,
        m.name AS metric_name,
        m.unit AS unit,
        m.description AS description,
        arrayJoin(m.gauge.data_points) AS p
    FROM (
        SELECT
            project_id, request_id, received_ns, earliest_ns, latest_ns, resource, service, resource_environment,
            resource_release,
            s.scope.name AS scope_name,
            arrayJoin(s.metrics) AS m
        FROM (
            SELECT
                project_id, request_id, received_ns, earliest_ns, latest_ns,
                mapSort(mapFromArrays(g.resource.attributes.key, arrayMap(v -> any_text(v), g.resource.attributes.value))) AS resource,
                resource['service.name'] AS service,
                if(resource['deployment.environment.name'] != '', resource['deployment.environment.name'], resource['deployment.environment']) AS resource_environment,
                resource['service.version'] AS resource_release,
                arrayJoin(g.scope_metrics) AS s
            FROM (
                SELECT project_id, request_id, received_ns, earliest_ns, latest_ns, arrayJoin(resource_metrics) AS g
                FROM otlp_metrics_inbound
            )
        )
    )
);

CREATE MATERIALIZED VIEW otlp_metrics_sums TO otlp_points_inbound AS
WITH
    (v -> multiIf(
        isNotNull(v.int_value), toString(assumeNotNull(v.int_value)),
        isNotNull(v.double_value), toString(assumeNotNull(v.double_value)),
        isNotNull(v.bool_value), if(assumeNotNull(v.bool_value), 'true', 'false'),
        isNotNull(v.bytes_value), base64Encode(assumeNotNull(v.bytes_value)),
        v.string_value)) AS any_text
SELECT
    project_id,
    request_id,
    fromUnixTimestamp64Milli(toInt64(intDiv(received_ns, 1000000)), 'UTC') AS received_at,
    metric_name,
    sipHash64(metric_name, type, mapKeys(resource), mapValues(resource), scope_name, mapKeys(attributes), mapValues(attributes)) AS series_id,
    fromUnixTimestamp64Nano(toInt64(if(p.time_unix_nano BETWEEN earliest_ns AND latest_ns, p.time_unix_nano, received_ns)), 'UTC') AS time,
    fromUnixTimestamp64Nano(toInt64(least(p.start_time_unix_nano, 9000000000000000000)), 'UTC') AS start_time,
    'sum' AS type,
    ['unspecified', 'delta', 'cumulative'][if(m.sum.aggregation_temporality BETWEEN 0 AND 2, m.sum.aggregation_temporality, 0) + 1] AS temporality,
    m.sum.is_monotonic AS is_monotonic,
    unit,
    description,
    service,
    resource_environment AS environment,
    resource_release AS release,
    scope_name,
    mapSort(mapFromArrays(p.attributes.key, arrayMap(v -> any_text(v), p.attributes.value))) AS attributes,
    resource,
    bitTest(p.flags, 0) AS is_stale,
    ifNull(p.as_double, ifNull(toFloat64(p.as_int), nan)) AS value,
    arrayMap(
        x -> (
            fromUnixTimestamp64Nano(toInt64(least(x.time_unix_nano, 9000000000000000000)), 'UTC'),
            ifNull(x.as_double, ifNull(toFloat64(x.as_int), nan)),
            lower(hex(x.trace_id)),
            lower(hex(x.span_id)),
            mapFromArrays(x.filtered_attributes.key, arrayMap(v -> any_text(v), x.filtered_attributes.value))),
        p.exemplars) AS exemplars
FROM (
    SELECT
        project_id, request_id, received_ns, earliest_ns, latest_ns, resource, service, resource_environment,
        resource_release, scope_name, m,
        m.name AS metric_name,
        m.unit AS unit,
        m.description AS description,
        arrayJoin(m.sum.data_points) AS p
    FROM (
        SELECT
            project_id, request_id, received_ns, earliest_ns, latest_ns, resource, service, resource_environment,
            resource_release,
            s.scope.name AS scope_name,
            arrayJoin(s.metrics) AS m
        FROM (
            SELECT
                project_id, request_id, received_ns, earliest_ns, latest_ns,
                mapSort(mapFromArrays(g.resource.attributes.key, arrayMap(v -> any_text(v), g.resource.attributes.value))) AS resource,
                resource['service.name'] AS service,
                if(resource['deployment.environment.name'] != '', resource['deployment.environment.name'], resource['deployment.environment']) AS resource_environment,
                resource['service.version'] AS resource_release,
                arrayJoin(g.scope_metrics) AS s
            FROM (
                SELECT project_id, request_id, received_ns, earliest_ns, latest_ns, arrayJoin(resource_metrics) AS g
                FROM otlp_metrics_inbound
            )
        )
    )
);

CREATE MATERIALIZED VIEW otlp_metrics_histograms TO otlp_points_inbound AS
WITH
    (v -> multiIf(
        isNotNull(v.int_value), toString(assumeNotNull(v.int_value)),
        isNotNull(v.double_value), toString(assumeNotNull(v.double_value)),
        isNotNull(v.bool_value), if(assumeNotNull(v.bool_value), 'true', 'false'),
        isNotNull(v.bytes_value), base64Encode(assumeNotNull(v.bytes_value)),
        v.string_value)) AS any_text
SELECT
    project_id,
    request_id,
    fromUnixTimestamp64Milli(toInt64(intDiv(received_ns, 1000000)), 'UTC') AS received_at,
    metric_name,
    sipHash64(metric_name, type, mapKeys(resource), mapValues(resource), scope_name, mapKeys(attributes), mapValues(attributes)) AS series_id,
    fromUnixTimestamp64Nano(toInt64(if(p.time_unix_nano BETWEEN earliest_ns AND latest_ns, p.time_unix_nano, received_ns)), 'UTC') AS time,
    fromUnixTimestamp64Nano(toInt64(least(p.start_time_unix_nano, 9000000000000000000)), 'UTC') AS start_time,
    'histogram' AS type,
    ['unspecified', 'delta', 'cumulative'][if(m.histogram.aggregation_temporality BETWEEN 0 AND 2, m.histogram.aggregation_temporality, 0) + 1] AS temporality,
    false AS is_monotonic,
    unit,
    description,
    service,
    resource_environment AS environment,
    resource_release AS release,
    scope_name,
    mapSort(mapFromArrays(p.attributes.key, arrayMap(v -> any_text(v), p.attributes.value))) AS attributes,
    resource,
    bitTest(p.flags, 0) AS is_stale,
    ifNull(p.sum, nan) AS value,
    p.count AS count,
    p.min AS min,
    p.max AS max,
    p.explicit_bounds AS explicit_bounds,
    p.bucket_counts AS bucket_counts,
    arrayMap(
        x -> (
            fromUnixTimestamp64Nano(toInt64(least(x.time_unix_nano, 9000000000000000000)), 'UTC'),
            ifNull(x.as_double, ifNull(toFloat64(x.as_int), nan)),
            lower(hex(x.trace_id)),
            lower(hex(x.span_id)),
            mapFromArrays(x.filtered_attributes.key, arrayMap(v -> any_text(v), x.filtered_attributes.value))),
        p.exemplars) AS exemplars
FROM (
    SELECT
        project_id, request_id, received_ns, earliest_ns, latest_ns, resource, service, resource_environment,
        resource_release, scope_name, m,
        m.name AS metric_name,
        m.unit AS unit,
        m.description AS description,
        arrayJoin(m.histogram.data_points) AS p
    FROM (
        SELECT
            project_id, request_id, received_ns, earliest_ns, latest_ns, resource, service, resource_environment,
            resource_release,
            s.scope.name AS scope_name,
            arrayJoin(s.metrics) AS m
        FROM (
            SELECT
                project_id, request_id, received_ns, earliest_ns, latest_ns,
                mapSort(mapFromArrays(g.resource.attributes.key, arrayMap(v -> any_text(v), g.resource.attributes.value))) AS resource,
                resource['service.name'] AS service,
                if(resource['deployment.environment.name'] != '', resource['deployment.environment.name'], resource['deployment.environment']) AS resource_environment,
                resource['service.version'] AS resource_release,
                arrayJoin(g.scope_metrics) AS s
            FROM (
                SELECT project_id, request_id, received_ns, earliest_ns, latest_ns, arrayJoin(resource_metrics) AS g
                FROM otlp_metrics_inbound
            )
        )
    )
);

CREATE MATERIALIZED VIEW otlp_metrics_exponential_histograms TO otlp_points_inbound AS
WITH
    (v -> multiIf(
        isNotNull(v.int_value), toString(assumeNotNull(v.int_value)),
        isNotNull(v.double_value), toString(assumeNotNull(v.double_value)),
        isNotNull(v.bool_value), if(assumeNotNull(v.bool_value), 'true', 'false'),
        isNotNull(v.bytes_value), base64Encode(assumeNotNull(v.bytes_value)),
        v.string_value)) AS any_text
SELECT
    project_id,
    request_id,
    fromUnixTimestamp64Milli(toInt64(intDiv(received_ns, 1000000)), 'UTC') AS received_at,
    metric_name,
    sipHash64(metric_name, type, mapKeys(resource), mapValues(resource), scope_name, mapKeys(attributes), mapValues(attributes)) AS series_id,
    fromUnixTimestamp64Nano(toInt64(if(p.time_unix_nano BETWEEN earliest_ns AND latest_ns, p.time_unix_nano, received_ns)), 'UTC') AS time,
    fromUnixTimestamp64Nano(toInt64(least(p.start_time_unix_nano, 9000000000000000000)), 'UTC') AS start_time,
    'exponential_histogram' AS type,
    ['unspecified', 'delta', 'cumulative'][if(m.exponential_histogram.aggregation_temporality BETWEEN 0 AND 2, m.exponential_histogram.aggregation_temporality, 0) + 1] AS temporality,
    false AS is_monotonic,
    unit,
    description,
    service,
    resource_environment AS environment,
    resource_release AS release,
    scope_name,
    mapSort(mapFromArrays(p.attributes.key, arrayMap(v -> any_text(v), p.attributes.value))) AS attributes,
    resource,
    bitTest(p.flags, 0) AS is_stale,
    ifNull(p.sum, nan) AS value,
    p.count AS count,
    p.min AS min,
    p.max AS max,
    p.scale AS scale,
    p.zero_count AS zero_count,
    p.zero_threshold AS zero_threshold,
    p.positive.offset AS positive_offset,
    p.positive.bucket_counts AS positive_counts,
    p.negative.offset AS negative_offset,
    p.negative.bucket_counts AS negative_counts,
    arrayMap(
        x -> (
            fromUnixTimestamp64Nano(toInt64(least(x.time_unix_nano, 9000000000000000000)), 'UTC'),
            ifNull(x.as_double, ifNull(toFloat64(x.as_int), nan)),
            lower(hex(x.trace_id)),
            lower(hex(x.span_id)),
            mapFromArrays(x.filtered_attributes.key, arrayMap(v -> any_text(v), x.filtered_attributes.value))),
        p.exemplars) AS exemplars
FROM (
    SELECT
        project_id, request_id, received_ns, earliest_ns, latest_ns, resource, service, resource_environment,
        resource_release, scope_name, m,
        m.name AS metric_name,
        m.unit AS unit,
        m.description AS description,
        arrayJoin(m.exponential_histogram.data_points) AS p
    FROM (
        SELECT
            project_id, request_id, received_ns, earliest_ns, latest_ns, resource, service, resource_environment,
            resource_release,
            s.scope.name AS scope_name,
            arrayJoin(s.metrics) AS m
        FROM (
            SELECT
                project_id, request_id, received_ns, earliest_ns, latest_ns,
                mapSort(mapFromArrays(g.resource.attributes.key, arrayMap(v -> any_text(v), g.resource.attributes.value))) AS resource,
                resource['service.name'] AS service,
                if(resource['deployment.environment.name'] != '', resource['deployment.environment.name'], resource['deployment.environment']) AS resource_environment,
                resource['service.version'] AS resource_release,
                arrayJoin(g.scope_metrics) AS s
            FROM (
                SELECT project_id, request_id, received_ns, earliest_ns, latest_ns, arrayJoin(resource_metrics) AS g
                FROM otlp_metrics_inbound
            )
        )
    )
);

CREATE MATERIALIZED VIEW otlp_metrics_summaries TO otlp_points_inbound AS
WITH
    (v -> multiIf(
        isNotNull(v.int_value), toString(assumeNotNull(v.int_value)),
        isNotNull(v.double_value), toString(assumeNotNull(v.double_value)),
        isNotNull(v.bool_value), if(assumeNotNull(v.bool_value), 'true', 'false'),
        isNotNull(v.bytes_value), base64Encode(assumeNotNull(v.bytes_value)),
        v.string_value)) AS any_text
SELECT
    project_id,
    request_id,
    fromUnixTimestamp64Milli(toInt64(intDiv(received_ns, 1000000)), 'UTC') AS received_at,
    metric_name,
    sipHash64(metric_name, type, mapKeys(resource), mapValues(resource), scope_name, mapKeys(attributes), mapValues(attributes)) AS series_id,
    fromUnixTimestamp64Nano(toInt64(if(p.time_unix_nano BETWEEN earliest_ns AND latest_ns, p.time_unix_nano, received_ns)), 'UTC') AS time,
    fromUnixTimestamp64Nano(toInt64(least(p.start_time_unix_nano, 9000000000000000000)), 'UTC') AS start_time,
    'summary' AS type,
    'unspecified' AS temporality,
    false AS is_monotonic,
    unit,
    description,
    service,
    resource_environment AS environment,
    resource_release AS release,
    scope_name,
    mapSort(mapFromArrays(p.attributes.key, arrayMap(v -> any_text(v), p.attributes.value))) AS attributes,
    resource,
    bitTest(p.flags, 0) AS is_stale,
    p.sum AS value,
    p.count AS count,
    p.quantile_values AS quantiles
FROM (
    SELECT
        project_id, request_id, received_ns, earliest_ns, latest_ns, resource, service, resource_environment,
        resource_release, scope_name, m,
        m.name AS metric_name,
        m.unit AS unit,
        m.description AS description,
        arrayJoin(m.summary.data_points) AS p
    FROM (
        SELECT
            project_id, request_id, received_ns, earliest_ns, latest_ns, resource, service, resource_environment,
            resource_release,
            s.scope.name AS scope_name,
            arrayJoin(s.metrics) AS m
        FROM (
            SELECT
                project_id, request_id, received_ns, earliest_ns, latest_ns,
                mapSort(mapFromArrays(g.resource.attributes.key, arrayMap(v -> any_text(v), g.resource.attributes.value))) AS resource,
                resource['service.name'] AS service,
                if(resource['deployment.environment.name'] != '', resource['deployment.environment.name'], resource['deployment.environment']) AS resource_environment,
                resource['service.version'] AS resource_release,
                arrayJoin(g.scope_metrics) AS s
            FROM (
                SELECT project_id, request_id, received_ns, earliest_ns, latest_ns, arrayJoin(resource_metrics) AS g
                FROM otlp_metrics_inbound
            )
        )
    )
);

CREATE MATERIALIZED VIEW otlp_points_to_points TO metric_points AS
SELECT
    project_id, metric_name, series_id, time, start_time, received_at, request_id, type, value, is_stale, count, min, max,
    explicit_bounds, bucket_counts, scale, zero_count, zero_threshold, positive_offset, positive_counts,
    negative_offset, negative_counts, quantiles, exemplars
FROM otlp_points_inbound;

CREATE MATERIALIZED VIEW otlp_points_to_series TO metric_series AS
SELECT
    project_id, metric_name, series_id,
    any(type) AS type,
    any(temporality) AS temporality,
    any(is_monotonic) AS is_monotonic,
    any(unit) AS unit,
    any(description) AS description,
    'otlp' AS source,
    any(service) AS service,
    any(environment) AS environment,
    any(release) AS release,
    any(scope_name) AS scope_name,
    any(attributes) AS attributes,
    any(resource) AS resource,
    min(time) AS first_time,
    max(time) AS last_time
FROM otlp_points_inbound
GROUP BY project_id, metric_name, series_id;

CREATE MATERIALIZED VIEW otlp_metrics_clamped TO outcomes AS
SELECT
    project_id,
    fromUnixTimestamp64Milli(toInt64(intDiv(received_ns, 1000000)), 'UTC') AS time,
    'otlp' AS protocol,
    'metric_point' AS category,
    'changed' AS outcome,
    'clamped_time' AS reason,
    toUInt64(arrayCount(t -> t != 0 AND t NOT BETWEEN earliest_ns AND latest_ns, arrayConcat(arrayFlatten(resource_metrics.scope_metrics.metrics.gauge.data_points.time_unix_nano), arrayFlatten(resource_metrics.scope_metrics.metrics.sum.data_points.time_unix_nano), arrayFlatten(resource_metrics.scope_metrics.metrics.histogram.data_points.time_unix_nano), arrayFlatten(resource_metrics.scope_metrics.metrics.exponential_histogram.data_points.time_unix_nano), arrayFlatten(resource_metrics.scope_metrics.metrics.summary.data_points.time_unix_nano)))) AS quantity,
    toUInt64(0) AS bytes,
    'time in the far future or older than the retention: stored at the time of receipt' AS detail,
    '' AS sample
FROM otlp_metrics_inbound
WHERE quantity > 0;
