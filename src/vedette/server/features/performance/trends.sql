-- Some transactions over time, and as a whole (the rows whose bucket is 0).
WITH key -> round(reinterpretAsFloat32(bitShiftLeft(toUInt32(key), 14) + 8192)) AS duration_of
SELECT
    service,
    name,
    transaction_op AS op,
    bucket,
    count,
    failed / count AS failure_rate,
    duration_of(p95) AS p95_ns
FROM (
    SELECT
        service,
        name,
        transaction_op,
        intDiv(toUnixTimestamp(time), {step:UInt32}) * {step:UInt32} AS bucket,
        sum(sample_weight) AS count,
        sumIf(sample_weight, is_failed) AS failed,
        quantileExactWeighted(0.95)(duration_key, toUInt32(round(sample_weight * 100))) AS p95
    FROM spans
    WHERE project_id = {project_id:UInt32}
        AND time >= {since:DateTime64(9, 'UTC')}
        AND time < {until:DateTime64(9, 'UTC')}
        AND is_transaction
        AND (service, name, transaction_op) IN (
            SELECT tupleElement(one, 1), tupleElement(one, 2), tupleElement(one, 3)
            FROM (
                SELECT arrayJoin(arrayZip(
                    {services:Array(String)}, {names:Array(String)}, {ops:Array(String)})) AS one
            )
        )
        /* AND filters */
    GROUP BY GROUPING SETS ((service, name, transaction_op, bucket), (service, name, transaction_op))
)
