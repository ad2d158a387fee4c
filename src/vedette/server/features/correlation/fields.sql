-- Keys of one map (or paths of one JSON column) in the newest rows, commonest first.
SELECT key, count() AS count
FROM (
    SELECT arrayJoin(/* keys */ []) AS key
    FROM (
        SELECT *
        FROM /* table */ logs
        WHERE project_id = {project_id:UInt32}
            AND time >= {since:DateTime64(9, 'UTC')}
            AND time < {until:DateTime64(9, 'UTC')}
        ORDER BY time DESC
        LIMIT {sample:UInt32}
    )
)
GROUP BY key
ORDER BY count DESC, key
LIMIT 500
