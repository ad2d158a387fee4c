-- Transactions by service, name and operation, each weighed by what it stands for. Users are those that were stored.
-- The windows say of the whole list what a page of it cannot.
WITH key -> round(reinterpretAsFloat32(bitShiftLeft(toUInt32(key), 14) + 8192)) AS duration_of
SELECT
    service,
    name,
    transaction_op AS op,
    count,
    stored,
    failed,
    satisfied,
    tolerating,
    spent_ns,
    duration_of(quantiles[1]) AS p50_ns,
    duration_of(quantiles[2]) AS p75_ns,
    duration_of(quantiles[3]) AS p95_ns,
    duration_of(quantiles[4]) AS p99_ns,
    users,
    miserable_users,
    threshold_ns,
    failed / count AS failure_rate,
    (satisfied + tolerating / 2) / count AS apdex,
    (miserable_users + 5.8875) / (users + 117.75) AS misery,
    sum(spent_ns) OVER () AS all_spent_ns,
    sum(count) OVER () AS all_count,
    sum(stored) OVER () AS all_stored,
    count() OVER () AS transactions,
    max(by_sentry) OVER () AND max(by_others) OVER () AS told_by_both
FROM (
    SELECT
        service,
        name,
        transaction_op,
        sum(sample_weight) AS count,
        count() AS stored,
        sumIf(sample_weight, is_failed) AS failed,
        sumIf(sample_weight, duration_ns <= threshold) AS satisfied,
        sumIf(sample_weight, duration_ns > threshold AND duration_ns <= 4 * threshold) AS tolerating,
        sum(duration_ns * sample_weight) AS spent_ns,
        quantilesExactWeighted(0.5, 0.75, 0.95, 0.99)(duration_key, toUInt32(round(sample_weight * 100))) AS quantiles,
        uniqCombinedIf(14)(user_id, user_id != '') AS users,
        uniqCombinedIf(14)(user_id, user_id != '' AND duration_ns > 4 * threshold) AS miserable_users,
        any(threshold) AS threshold_ns,
        max(source = 'sentry') AS by_sentry,
        max(source != 'sentry') AS by_others,
        /* threshold */ {threshold_ns:UInt64} AS threshold
    FROM spans
    WHERE project_id = {project_id:UInt32}
        AND time >= {since:DateTime64(9, 'UTC')}
        AND time < {until:DateTime64(9, 'UTC')}
        AND is_transaction
        /* AND filters */
    GROUP BY service, name, transaction_op
)
ORDER BY /* order */ spent_ns DESC, service, name, transaction_op
LIMIT {limit:UInt32} OFFSET {offset:UInt32}
