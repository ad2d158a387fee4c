-- One row a bucket and group: how many observations fell up to each upper bound since the bound below.
-- Explicit bounds end with 1e308 for +Inf; exponential bucket i of scale s ends at 2^((offset + i + 1) / 2^s)
-- (https://opentelemetry.io/docs/specs/otel/metrics/data-model/#exponentialhistogram).
SELECT
    bucket,
    labels,
    (groupArray(bound), groupArray(observations)) AS counts
FROM (
    SELECT bucket, labels, bound, sum(amount) AS observations
    FROM (
        SELECT
            toDateTime(intDiv(toUnixTimestamp(time), {step:UInt32}) * {step:UInt32}, 'UTC') AS bucket,
            labels,
            multiIf(
                temporality = 'delta' OR (position = 1 AND begins_here) OR (position > 1 AND count < previous_count),
                (bounds, counts),
                position = 1 OR scale != previous_scale,
                ([], []),
                (arrayConcat(bounds, previous_bounds), arrayConcat(counts, arrayMap(n -> -n, previous_counts)))
            ) AS grown
        FROM (
            SELECT
                time,
                labels,
                temporality,
                count,
                scale,
                pow(2, -scale) AS exponent,
                if(type = 'histogram',
                    arrayPushBack(explicit_bounds, 1e308),
                    arrayConcat(
                        arrayMap(i -> -pow(2, (negative_offset + i - 1) * exponent), arrayEnumerate(negative_counts)),
                        [zero_threshold, pow(2, positive_offset * exponent)],
                        arrayMap(i -> pow(2, (positive_offset + i) * exponent), arrayEnumerate(positive_counts)))) AS bounds,
                if(type = 'histogram',
                    arrayMap(n -> toFloat64(n), arrayResize(bucket_counts, length(explicit_bounds) + 1)),
                    arrayConcat(
                        arrayMap(n -> toFloat64(n), negative_counts),
                        [toFloat64(zero_count), 0.],
                        arrayMap(n -> toFloat64(n), positive_counts))) AS counts,
                row_number() OVER by_time AS position,
                lagInFrame(count) OVER by_time AS previous_count,
                lagInFrame(scale) OVER by_time AS previous_scale,
                lagInFrame(bounds) OVER by_time AS previous_bounds,
                lagInFrame(counts) OVER by_time AS previous_counts,
                start_time < time AND start_time >= {lookback:DateTime64(9, 'UTC')} AS begins_here
            FROM (
                SELECT
                    metric_points.series_id AS series_id,
                    metric_points.time AS time,
                    metric_points.start_time AS start_time,
                    metric_points.type AS type,
                    metric_points.count AS count,
                    metric_points.scale AS scale,
                    metric_points.zero_count AS zero_count,
                    metric_points.zero_threshold AS zero_threshold,
                    metric_points.explicit_bounds AS explicit_bounds,
                    metric_points.bucket_counts AS bucket_counts,
                    metric_points.positive_offset AS positive_offset,
                    metric_points.positive_counts AS positive_counts,
                    metric_points.negative_offset AS negative_offset,
                    metric_points.negative_counts AS negative_counts,
                    series.temporality AS temporality,
                    series.labels AS labels
                FROM metric_points
                INNER JOIN (
                    SELECT
                        series_id,
                        temporality,
                        CAST(arrayMap(name -> multiIf(
                            name = 'service', service,
                            name = 'environment', environment,
                            name = 'release', release,
                            name = 'scope_name', scope_name,
                            startsWith(name, 'resource.'), resource[substring(name, 10)],
                            startsWith(name, 'attributes.'), attributes[substring(name, 12)],
                            attributes[name]
                        ), {group_by:Array(String)}), 'Array(String)') AS labels
                    FROM metric_series
                    WHERE project_id = {project_id:UInt32}
                        AND metric_name = {metric_name:String}
                        /* AND filters */
                ) AS series ON series.series_id = metric_points.series_id
                WHERE project_id = {project_id:UInt32}
                    AND metric_name = {metric_name:String}
                    AND time >= {lookback:DateTime64(9, 'UTC')}
                    AND time < {until:DateTime64(9, 'UTC')}
                    AND NOT is_stale
            )
            WINDOW by_time AS (PARTITION BY series_id ORDER BY time)
        )
        WHERE time >= {since:DateTime64(9, 'UTC')}
    )
    ARRAY JOIN grown.1 AS bound, grown.2 AS amount
    GROUP BY bucket, labels, bound
)
GROUP BY bucket, labels
ORDER BY bucket
