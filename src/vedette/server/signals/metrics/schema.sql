-- A series is a metric name with one set of attributes; its points refer to it by series_id.
-- Every insert adds a row a series; the engine folds them. What describes a series is the same in each of them.
-- shard_by: series_id
CREATE TABLE metric_series (
    project_id UInt32,
    metric_name LowCardinality(String),
    series_id UInt64 COMMENT 'sipHash64 over name, type, resource, scope and attributes',
    type SimpleAggregateFunction(anyLast, String) COMMENT 'gauge, sum, histogram, exponential_histogram, summary',
    temporality SimpleAggregateFunction(anyLast, String) COMMENT 'unspecified, delta, cumulative',
    is_monotonic SimpleAggregateFunction(anyLast, Bool),
    unit SimpleAggregateFunction(anyLast, String),
    description SimpleAggregateFunction(anyLast, String) CODEC(ZSTD(1)),
    source SimpleAggregateFunction(anyLast, String),
    service SimpleAggregateFunction(anyLast, String),
    environment SimpleAggregateFunction(anyLast, String),
    release SimpleAggregateFunction(anyLast, String),
    scope_name SimpleAggregateFunction(anyLast, String),
    attributes SimpleAggregateFunction(anyLast, Map(String, String)) CODEC(ZSTD(1)),
    resource SimpleAggregateFunction(anyLast, Map(String, String)) CODEC(ZSTD(1)),
    first_time SimpleAggregateFunction(min, DateTime64(9, 'UTC')),
    last_time SimpleAggregateFunction(max, DateTime64(9, 'UTC'))
)
ENGINE = AggregatingMergeTree
ORDER BY (project_id, metric_name, series_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_bytes_for_full_part_storage = 1048576;

-- One row a data point. `value` is the number of a gauge or sum, the sum of a histogram or summary.
-- Re-sent points (same series and time) count once.
-- shard_by: series_id
CREATE TABLE metric_points (
    project_id UInt32 CODEC(ZSTD(1)),
    metric_name LowCardinality(String),
    series_id UInt64 CODEC(ZSTD(1)),
    time DateTime64(9, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    start_time DateTime64(9, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    received_at DateTime64(3, 'UTC') DEFAULT now64(3) CODEC(Delta(8), ZSTD(1)),
    request_id UInt64 CODEC(ZSTD(1)),
    type LowCardinality(String),
    value Float64 CODEC(Gorilla, ZSTD(1)),
    is_stale Bool COMMENT 'OTLP flag no_recorded_value, or a Prometheus staleness marker',
    count UInt64 CODEC(T64, ZSTD(1)),
    min Nullable(Float64) CODEC(ZSTD(1)),
    max Nullable(Float64) CODEC(ZSTD(1)),
    explicit_bounds Array(Float64) CODEC(ZSTD(1)),
    bucket_counts Array(UInt64) CODEC(ZSTD(1)),
    scale Int32 CODEC(ZSTD(1)),
    zero_count UInt64 CODEC(ZSTD(1)),
    zero_threshold Float64 CODEC(ZSTD(1)),
    positive_offset Int32 CODEC(ZSTD(1)),
    positive_counts Array(UInt64) CODEC(ZSTD(1)),
    negative_offset Int32 CODEC(ZSTD(1)),
    negative_counts Array(UInt64) CODEC(ZSTD(1)),
    quantiles Array(Tuple(quantile Float64, value Float64)) CODEC(ZSTD(1)),
    exemplars Array(Tuple(time DateTime64(9, 'UTC'), value Float64, trace_id String, span_id String, attributes Map(String, String))) CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree
PARTITION BY toDate(time)
ORDER BY (project_id, metric_name, series_id, time)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_bytes_for_full_part_storage = 1048576,
    ttl_only_drop_parts = 1;
