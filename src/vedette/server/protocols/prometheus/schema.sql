-- Remote-write requests as they come off the wire, and how they map onto the metric tables. The engine parses the
-- protobuf itself (prometheus.proto); a block is many requests, each with what the server knows about it appended.

-- Two doors for the same message (`WriteRequest` of prometheus.proto), since a view costs an insert some 20 ms however
-- few rows it has: requests without native histograms, nearly all of them, do without the second.
-- `type` is the family's: 0 unknown, 1 counter, 2 gauge, 3 histogram, 4 gauge histogram, 5 summary, 6 info, 7 state set.
CREATE TABLE prometheus_samples_inbound (
    project_id UInt32,
    request_id UInt64,
    received_ns UInt64,
    timeseries Array(Tuple(
        labels Array(Tuple(name String, value String)),
        samples Array(Tuple(value Float64, timestamp Int64, start_timestamp Int64)),
        histograms Array(Tuple(timestamp Int64)),
        exemplars Array(Tuple(labels Array(Tuple(name String, value String)), value Float64, timestamp Int64)),
        type Int32,
        unit String,
        help String,
        created_timestamp Int64))
)
ENGINE = Null;

CREATE TABLE prometheus_histograms_inbound (
    project_id UInt32,
    request_id UInt64,
    received_ns UInt64,
    timeseries Array(Tuple(
        labels Array(Tuple(name String, value String)),
        histograms Array(Tuple(
            count_int UInt64, count_float Float64, sum Float64, schema Int32, zero_threshold Float64, zero_count_int UInt64, zero_count_float Float64,
            negative_spans Array(Tuple(offset Int32, length UInt32)), negative_deltas Array(Int64), negative_counts Array(Float64),
            positive_spans Array(Tuple(offset Int32, length UInt32)), positive_deltas Array(Int64), positive_counts Array(Float64),
            reset_hint Int32, timestamp Int64, custom_values Array(Float64), start_timestamp Int64)),
        exemplars Array(Tuple(labels Array(Tuple(name String, value String)), value Float64, timestamp Int64)),
        type Int32,
        unit String,
        help String,
        created_timestamp Int64))
)
ENGINE = Null;

-- A data point of any type, with what describes its series: from here one row goes to each of two tables.
-- A series is its labels, as in Prometheus: what type it is may become known later and does not make it another one.
CREATE TABLE prometheus_points_inbound (
    project_id UInt32,
    request_id UInt64,
    received_at DateTime64(3, 'UTC'),
    metric_name LowCardinality(String),
    series_id UInt64,
    time DateTime64(9, 'UTC'),
    start_time DateTime64(9, 'UTC'),
    type LowCardinality(String),
    is_cumulative Bool,
    is_monotonic Bool,
    unit String,
    description String,
    attributes Map(String, String),
    value Float64,
    is_stale Bool,
    count UInt64,
    explicit_bounds Array(Float64),
    bucket_counts Array(UInt64),
    scale Int32,
    zero_count UInt64,
    zero_threshold Float64,
    positive_offset Int32,
    positive_counts Array(UInt64),
    negative_offset Int32,
    negative_counts Array(UInt64),
    exemplars Array(Tuple(time DateTime64(9, 'UTC'), value Float64, trace_id String, span_id String, attributes Map(String, String)))
)
ENGINE = Null;

-- An empty label is the same as none: https://prometheus.io/docs/concepts/data_model/#metric-names-and-labels
-- 9218868437227405314 = 0x7ff0000000000002, the NaN that marks a series as gone. The exemplars of a series stand with
-- its last point; when they come without any, with a point that has no value.
-- Histograms and summaries in the old style are counters by the ends of their names, but for the quantiles.
CREATE MATERIALIZED VIEW prometheus_samples TO prometheus_points_inbound AS
SELECT
    project_id,
    request_id,
    fromUnixTimestamp64Milli(toInt64(intDiv(received_ns, 1000000)), 'UTC') AS received_at,
    labels['__name__'] AS metric_name,
    mapFilter((k, v) -> k != '__name__', labels) AS attributes,
    sipHash64(metric_name, mapKeys(attributes), mapValues(attributes)) AS series_id,
    fromUnixTimestamp64Nano(p.2 * 1000000, 'UTC') AS time,
    fromUnixTimestamp64Nano(if(p.3 != 0, p.3, created_timestamp) * 1000000, 'UTC') AS start_time,
    if(is_counter, 'sum', 'gauge') AS type,
    is_counter AS is_cumulative,
    is_counter AS is_monotonic,
    unit,
    help AS description,
    p.1 AS value,
    reinterpretAsUInt64(value) = 9218868437227405314 AS is_stale,
    if(k != length(points), [], arrayMap(
        e -> (
            fromUnixTimestamp64Nano(if(e.timestamp != 0, e.timestamp, p.2) * 1000000, 'UTC'),
            e.value,
            lower(if(e.labels['trace_id'] != '', e.labels['trace_id'], e.labels['traceID'])),
            lower(if(e.labels['span_id'] != '', e.labels['span_id'], e.labels['spanID'])),
            mapFilter((k, v) -> k NOT IN ('trace_id', 'traceID', 'span_id', 'spanID'), e.labels)),
        exemplars)) AS exemplars
FROM (
    SELECT
        *,
        multiIf(
            family_type = 1, true,
            family_type IN (0, 3, 5), match(labels['__name__'], if(family_type = 0, '_(total|bucket|count|sum)$', '_(bucket|count|sum)$')),
            false) AS is_counter,
        if(
            empty(samples),
            [(reinterpretAsFloat64(toUInt64(9218868437227405314)), if(exemplars[1].3 != 0, exemplars[1].3, toInt64(intDiv(received_ns, 1000000))), toInt64(0))],
            samples) AS points
    FROM (
        SELECT
            project_id, request_id, received_ns,
            mapSort(mapFilter((k, v) -> v != '', mapFromArrays(s.labels.name, s.labels.value))) AS labels,
            s.samples AS samples,
            arrayMap(e -> (mapFromArrays(e.labels.name, e.labels.value), e.value, e.timestamp)::Tuple(labels Map(String, String), value Float64, timestamp Int64), s.exemplars) AS exemplars,
            s.type AS family_type,
            s.unit AS unit,
            s.help AS help,
            s.created_timestamp AS created_timestamp
        FROM (SELECT project_id, request_id, received_ns, arrayJoin(timeseries) AS s FROM prometheus_samples_inbound)
        WHERE notEmpty(s.samples) OR (empty(s.histograms) AND notEmpty(s.exemplars))
    )
)
ARRAY JOIN points AS p, arrayEnumerate(points) AS k;

-- Native histograms. Buckets are runs of (gap, length) and either differences or, for float histograms, counts; the
-- gaps are filled with zeros here. Prometheus numbers a bucket by its upper bound, OpenTelemetry by its lower one.
-- https://prometheus.io/docs/specs/native_histograms/ ; schema -53: bounds of the sender's own (`custom_values`).
CREATE MATERIALIZED VIEW prometheus_histograms TO prometheus_points_inbound AS
WITH
    arrayMap(x -> toUInt64(greatest(x, 0)), if(empty(h.positive_counts), arrayCumSum(h.positive_deltas), arrayMap(x -> toInt64(round(x)), h.positive_counts))) AS positive_values,
    arrayMap(x -> toUInt64(greatest(x, 0)), if(empty(h.negative_counts), arrayCumSum(h.negative_deltas), arrayMap(x -> toInt64(round(x)), h.negative_counts))) AS negative_values,
    arrayFlatten(arrayMap(
        (offset, length, start, k) -> arrayConcat(
            arrayWithConstant(if(k = 1, 0, greatest(offset, 0)), toUInt64(0)),
            arraySlice(positive_values, start + 1, length)),
        h.positive_spans.offset,
        h.positive_spans.length,
        arrayPopBack(arrayConcat([toUInt64(0)], arrayCumSum(h.positive_spans.length))),
        arrayEnumerate(h.positive_spans.length))) AS positive,
    arrayFlatten(arrayMap(
        (offset, length, start, k) -> arrayConcat(
            arrayWithConstant(if(k = 1, 0, greatest(offset, 0)), toUInt64(0)),
            arraySlice(negative_values, start + 1, length)),
        h.negative_spans.offset,
        h.negative_spans.length,
        arrayPopBack(arrayConcat([toUInt64(0)], arrayCumSum(h.negative_spans.length))),
        arrayEnumerate(h.negative_spans.length))) AS negative,
    h.schema = -53 AS is_custom
SELECT
    project_id,
    request_id,
    fromUnixTimestamp64Milli(toInt64(intDiv(received_ns, 1000000)), 'UTC') AS received_at,
    labels['__name__'] AS metric_name,
    mapFilter((k, v) -> k != '__name__', labels) AS attributes,
    sipHash64(metric_name, mapKeys(attributes), mapValues(attributes)) AS series_id,
    fromUnixTimestamp64Nano(h.timestamp * 1000000, 'UTC') AS time,
    fromUnixTimestamp64Nano(if(h.start_timestamp != 0, h.start_timestamp, created_timestamp) * 1000000, 'UTC') AS start_time,
    if(is_custom, 'histogram', 'exponential_histogram') AS type,
    h.reset_hint != 3 AND family_type != 4 AS is_cumulative,
    false AS is_monotonic,
    unit,
    help AS description,
    h.sum AS value,
    reinterpretAsUInt64(h.sum) = 9218868437227405314 AS is_stale,
    if(h.count_int != 0, h.count_int, toUInt64(round(greatest(h.count_float, 0)))) AS count,
    if(is_custom, h.custom_values, []) AS explicit_bounds,
    if(is_custom, arrayResize(arrayConcat(arrayWithConstant(greatest(h.positive_spans[1].offset, 0), toUInt64(0)), positive), length(h.custom_values) + 1, toUInt64(0)), []) AS bucket_counts,
    if(is_custom, 0, h.schema) AS scale,
    if(h.zero_count_int != 0, h.zero_count_int, toUInt64(round(greatest(h.zero_count_float, 0)))) AS zero_count,
    h.zero_threshold AS zero_threshold,
    if(is_custom OR empty(positive), 0, h.positive_spans[1].offset - 1) AS positive_offset,
    if(is_custom, [], positive) AS positive_counts,
    if(is_custom OR empty(negative), 0, h.negative_spans[1].offset - 1) AS negative_offset,
    if(is_custom, [], negative) AS negative_counts,
    if(k != length(histograms), [], arrayMap(
        e -> (
            fromUnixTimestamp64Nano(if(e.timestamp != 0, e.timestamp, h.timestamp) * 1000000, 'UTC'),
            e.value,
            lower(if(e.labels['trace_id'] != '', e.labels['trace_id'], e.labels['traceID'])),
            lower(if(e.labels['span_id'] != '', e.labels['span_id'], e.labels['spanID'])),
            mapFilter((k, v) -> k NOT IN ('trace_id', 'traceID', 'span_id', 'spanID'), e.labels)),
        exemplars)) AS exemplars
FROM (
    SELECT
        project_id, request_id, received_ns,
        mapSort(mapFilter((k, v) -> v != '', mapFromArrays(s.labels.name, s.labels.value))) AS labels,
        s.histograms AS histograms,
        arrayMap(e -> (mapFromArrays(e.labels.name, e.labels.value), e.value, e.timestamp)::Tuple(labels Map(String, String), value Float64, timestamp Int64), s.exemplars) AS exemplars,
        s.type AS family_type,
        s.unit AS unit,
        s.help AS help,
        s.created_timestamp AS created_timestamp
    FROM (SELECT project_id, request_id, received_ns, arrayJoin(timeseries) AS s FROM prometheus_histograms_inbound)
)
ARRAY JOIN histograms AS h, arrayEnumerate(histograms) AS k;

CREATE MATERIALIZED VIEW prometheus_points_to_points TO metric_points AS
SELECT
    project_id, metric_name, series_id, time, start_time, received_at, request_id, type, value, is_stale, count,
    explicit_bounds, bucket_counts, scale, zero_count, zero_threshold, positive_offset, positive_counts,
    negative_offset, negative_counts, exemplars
FROM prometheus_points_inbound;

CREATE MATERIALIZED VIEW prometheus_points_to_series TO metric_series AS
SELECT
    project_id,
    metric_name,
    series_id,
    any(type) AS type,
    if(any(is_cumulative), 'cumulative', 'unspecified') AS temporality,
    any(is_monotonic) AS is_monotonic,
    any(unit) AS unit,
    any(description) AS description,
    'prometheus' AS source,
    multiIf(attributes['service_name'] != '', attributes['service_name'], attributes['service'] != '', attributes['service'], attributes['job']) AS service,
    multiIf(attributes['deployment_environment_name'] != '', attributes['deployment_environment_name'], attributes['deployment_environment'] != '', attributes['deployment_environment'], attributes['environment'] != '', attributes['environment'], attributes['env']) AS environment,
    if(attributes['service_version'] != '', attributes['service_version'], attributes['release']) AS release,
    attributes['otel_scope_name'] AS scope_name,
    attributes,
    map()::Map(String, String) AS resource,
    min(time) AS first_time,
    max(time) AS last_time
FROM prometheus_points_inbound
GROUP BY project_id, metric_name, series_id, attributes;
