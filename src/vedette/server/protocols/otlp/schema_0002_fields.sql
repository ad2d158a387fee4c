-- Log records and spans are taken apart field by field: an ARRAY JOIN of the fields' own arrays. Unfolding whole records
-- and picking from each made every expression carry a record's type of a hundred names, which the engine spelt out again
-- for every insert: a quarter of the cost of a small one.

ALTER TABLE otlp_logs_to_logs MODIFY QUERY
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
    fromUnixTimestamp64Nano(toInt64(if(r_observed_time_unix_nano BETWEEN 1 AND 9000000000000000000, r_observed_time_unix_nano, received_ns)), 'UTC') AS observed_time,
    fromUnixTimestamp64Milli(toInt64(intDiv(received_ns, 1000000)), 'UTC') AS received_at,
    request_id,
    'otlp' AS source,
    service,
    ifNull(firstNonDefault(attributes['deployment.environment.name'], attributes['sentry.environment'], batch_environment), '') AS environment,
    ifNull(firstNonDefault(attributes['service.version'], attributes['sentry.release'], batch_release), '') AS release,
    greatest(0, least(255, r_severity_number)) AS severity_number,
    r_severity_text AS severity_text,
    r_event_name AS event_name,
    any_text(r_body) AS body,
    lower(hex(r_trace_id)) AS trace_id,
    lower(hex(r_span_id)) AS span_id,
    ifNull(firstNonDefault(attributes['session.id'], attributes['sessionId'], attributes['posthogSessionId'], batch_session_id), '') AS session_id,
    ifNull(firstNonDefault(attributes['user.id'], attributes['enduser.id'], attributes['posthogDistinctId'], batch_user_id), '') AS user_id,
    r_flags AS flags,
    scope_name,
    scope_version,
    attributes,
    scope_attributes,
    resource,
    r_dropped_attributes_count + greatest(length(r_keys), 1024) - 1024 AS dropped_attributes_count
FROM (
    SELECT
        project_id, request_id, received_ns, service, scope_name, scope_version,
        environment AS batch_environment,
        release AS batch_release,
        user_id AS batch_user_id,
        session_id AS batch_session_id,
        CAST(resource, 'Map(LowCardinality(String), String)') AS resource,
        CAST(scope_attributes, 'Map(LowCardinality(String), String)') AS scope_attributes,
        r_keys, r_body, r_dropped_attributes_count, r_event_name, r_flags, r_observed_time_unix_nano,
        r_severity_number, r_severity_text, r_span_id, r_trace_id,
        multiIf(r_time_unix_nano != 0, r_time_unix_nano, r_observed_time_unix_nano != 0, r_observed_time_unix_nano, received_ns) AS stated_ns,
        stated_ns NOT BETWEEN earliest_ns AND latest_ns AS clamped,
        mapSort(mapFromArrays(
            arrayConcat(arraySlice(r_keys, 1, 1024), if(clamped, ['vedette.original_time_unix_nano'], [])),
            arrayConcat(
                arrayMap(v -> any_text(v), arraySlice(r_values, 1, 1024)),
                if(clamped, [toString(stated_ns)], [])))) AS attributes
    FROM otlp_logs_inbound
    ARRAY JOIN
        log_records.attributes.key AS r_keys,
        log_records.attributes.value AS r_values,
        log_records.body AS r_body,
        log_records.dropped_attributes_count AS r_dropped_attributes_count,
        log_records.event_name AS r_event_name,
        log_records.flags AS r_flags,
        log_records.observed_time_unix_nano AS r_observed_time_unix_nano,
        log_records.severity_number AS r_severity_number,
        log_records.severity_text AS r_severity_text,
        log_records.span_id AS r_span_id,
        log_records.time_unix_nano AS r_time_unix_nano,
        log_records.trace_id AS r_trace_id
);

ALTER TABLE otlp_traces_to_spans MODIFY QUERY
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
    if(r_end_time_unix_nano > r_start_time_unix_nano AND r_start_time_unix_nano != 0, r_end_time_unix_nano - r_start_time_unix_nano, 0) AS duration_ns,
    fromUnixTimestamp64Milli(toInt64(intDiv(received_ns, 1000000)), 'UTC') AS received_at,
    request_id,
    'otlp' AS source,
    service,
    ifNull(firstNonDefault(attributes['deployment.environment.name'], attributes['sentry.environment'], batch_environment), '') AS environment,
    ifNull(firstNonDefault(attributes['service.version'], attributes['sentry.release'], batch_release), '') AS release,
    lower(hex(r_trace_id)) AS trace_id,
    lower(hex(r_span_id)) AS span_id,
    lower(hex(r_parent_span_id)) AS parent_span_id,
    r_parent_span_id = '' OR r_kind IN (2, 5) AS is_segment,
    r_name AS name,
    multiIf(
        attributes['sentry.op'] != '', attributes['sentry.op'],
        mapContains(attributes, 'http.request.method') OR mapContains(attributes, 'http.method'), if(r_kind = 2, 'http.server', 'http.client'),
        mapContains(attributes, 'db.system.name') OR mapContains(attributes, 'db.system'), 'db',
        mapContains(attributes, 'messaging.system'), 'messaging',
        mapContains(attributes, 'rpc.system') OR mapContains(attributes, 'rpc.system.name'), 'rpc',
        mapContains(attributes, 'gen_ai.operation.name'), 'gen_ai',
        mapContains(attributes, 'faas.trigger'), 'faas',
        mapContains(attributes, 'graphql.operation.type'), 'graphql',
        '') AS op,
    transform(r_kind, [1, 2, 3, 4, 5], ['internal', 'server', 'client', 'producer', 'consumer'], 'unspecified') AS kind,
    transform(r_status_code, [1, 2], ['ok', 'error'], 'unset') AS status_code,
    r_status_message AS status_message,
    ifNull(firstNonDefault(attributes['session.id'], attributes['sessionId'], attributes['posthogSessionId'], batch_session_id), '') AS session_id,
    ifNull(firstNonDefault(attributes['user.id'], attributes['enduser.id'], attributes['posthogDistinctId'], batch_user_id), '') AS user_id,
    r_trace_state AS trace_state,
    r_flags AS flags,
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
        r_events) AS events,
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
        r_links) AS links,
    r_dropped_attributes_count + greatest(length(r_keys), 1024) - 1024 AS dropped_attributes_count,
    r_dropped_events_count AS dropped_events_count,
    r_dropped_links_count AS dropped_links_count
FROM (
    SELECT
        project_id, request_id, received_ns, service, scope_name, scope_version,
        environment AS batch_environment,
        release AS batch_release,
        user_id AS batch_user_id,
        session_id AS batch_session_id,
        CAST(resource, 'Map(LowCardinality(String), String)') AS resource,
        CAST(scope_attributes, 'Map(LowCardinality(String), String)') AS scope_attributes,
        r_keys, r_dropped_attributes_count, r_dropped_events_count, r_dropped_links_count,
        r_end_time_unix_nano, r_events, r_flags, r_kind, r_links, r_name, r_parent_span_id, r_span_id,
        r_start_time_unix_nano, r_status_code, r_status_message, r_trace_id, r_trace_state,
        multiIf(r_start_time_unix_nano != 0, r_start_time_unix_nano, r_end_time_unix_nano != 0, r_end_time_unix_nano, received_ns) AS stated_ns,
        stated_ns NOT BETWEEN earliest_ns AND latest_ns AS clamped,
        mapSort(mapFromArrays(
            arrayConcat(arraySlice(r_keys, 1, 1024), if(clamped, ['vedette.original_time_unix_nano'], [])),
            arrayConcat(
                arrayMap(v -> any_text(v), arraySlice(r_values, 1, 1024)),
                if(clamped, [toString(stated_ns)], [])))) AS attributes
    FROM otlp_traces_inbound
    ARRAY JOIN
        spans.attributes.key AS r_keys,
        spans.attributes.value AS r_values,
        spans.dropped_attributes_count AS r_dropped_attributes_count,
        spans.dropped_events_count AS r_dropped_events_count,
        spans.dropped_links_count AS r_dropped_links_count,
        spans.end_time_unix_nano AS r_end_time_unix_nano,
        spans.events AS r_events,
        spans.flags AS r_flags,
        spans.kind AS r_kind,
        spans.links AS r_links,
        spans.name AS r_name,
        spans.parent_span_id AS r_parent_span_id,
        spans.span_id AS r_span_id,
        spans.start_time_unix_nano AS r_start_time_unix_nano,
        spans.status.code AS r_status_code,
        spans.status.message AS r_status_message,
        spans.trace_id AS r_trace_id,
        spans.trace_state AS r_trace_state
);
