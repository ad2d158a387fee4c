-- One row a bucket and group: what the aggregates need. `increase` counts a cumulative series' growth, from zero
-- again after a reset; its first point counts only when the series is known to have begun inside the range.
SELECT
    bucket,
    labels,
    sum(series_points) AS points,
    sum(series_sum) AS value_sum,
    min(series_min) AS value_min,
    max(series_max) AS value_max,
    sum(series_sum / series_points) AS sum_of_averages,
    sum(series_increase) AS increase,
    sum(series_count) AS count_increase
FROM (
    SELECT
        toDateTime(intDiv(toUnixTimestamp(time), {step:UInt32}) * {step:UInt32}, 'UTC') AS bucket,
        series_id,
        any(group_labels) AS labels,
        count() AS series_points,
        sum(value) AS series_sum,
        min(if(has_count, lowest, value)) AS series_min,
        max(if(has_count, highest, value)) AS series_max,
        sum(value_increase) AS series_increase,
        sum(count_step) AS series_count
    FROM (
        SELECT
            time,
            series_id,
            group_labels,
            value,
            lowest,
            highest,
            row_number() OVER by_time AS position,
            lagInFrame(value) OVER by_time AS previous,
            lagInFrame(count) OVER by_time AS previous_count,
            start_time < time AND start_time >= {lookback:DateTime64(9, 'UTC')} AS begins_here,
            type IN ('histogram', 'exponential_histogram', 'summary') AS has_count,
            multiIf(
                temporality = 'delta', value,
                position = 1, if(begins_here, value, 0),
                has_count AND count < previous_count, value,
                has_count, value - previous,
                value < previous AND is_monotonic, value,
                value - previous
            ) AS value_increase,
            multiIf(
                temporality = 'delta', toFloat64(count),
                position = 1, if(begins_here, toFloat64(count), 0),
                count < previous_count, toFloat64(count),
                toFloat64(count) - toFloat64(previous_count)
            ) AS count_step
        FROM (
            SELECT
                metric_points.series_id AS series_id,
                metric_points.time AS time,
                metric_points.start_time AS start_time,
                metric_points.type AS type,
                metric_points.value AS value,
                metric_points.count AS count,
                metric_points.min AS lowest,
                metric_points.max AS highest,
                series.temporality AS temporality,
                series.is_monotonic AS is_monotonic,
                series.group_labels AS group_labels
            FROM metric_points
            INNER JOIN (
                SELECT
                    series_id,
                    temporality,
                    is_monotonic,
                    CAST(arrayMap(name -> multiIf(
                        name = 'service', service,
                        name = 'environment', environment,
                        name = 'release', release,
                        name = 'scope_name', scope_name,
                        startsWith(name, 'resource.'), resource[substring(name, 10)],
                        startsWith(name, 'attributes.'), attributes[substring(name, 12)],
                        attributes[name]
                    ), {group_by:Array(String)}), 'Array(String)') AS group_labels
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
    GROUP BY bucket, series_id
)
GROUP BY bucket, labels
ORDER BY bucket
