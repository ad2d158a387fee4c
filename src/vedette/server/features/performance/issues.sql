-- Groups of errors of a transaction: those that name it, and those in a part of its traces.
SELECT
    fingerprint,
    argMax(title, time) AS title,
    argMax(culprit, time) AS culprit,
    argMax(level, time) AS level,
    count() AS count,
    uniqIf(user_id, user_id != '') AS users,
    max(time) AS last_time
FROM errors
WHERE project_id = {project_id:UInt32}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND time < {until:DateTime64(9, 'UTC')}
    AND (
        (transaction = {transaction:String} AND service IN (if({transaction_service:String} = '', service, {transaction_service:String}), ''))
        OR (trace_id != '' AND trace_id IN {trace_ids:Array(String)}))
    /* AND filters */
GROUP BY fingerprint
ORDER BY count DESC, fingerprint
LIMIT {limit:UInt32}
