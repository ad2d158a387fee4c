-- In which ways the newest events say that they are not as declared, the commonest first.
SELECT text, count() AS count
FROM (
    SELECT arrayJoin(properties.`$schema_violations`::Array(String)) AS text
    FROM events
    WHERE project_id = {project_id:UInt32}
        AND time >= {since:DateTime64(9, 'UTC')}
        AND time < {until:DateTime64(9, 'UTC')}
        AND isNotNull(properties.`$schema_violations`)
        /* AND filters */
    ORDER BY time DESC
    LIMIT {sample:UInt32}
)
GROUP BY text
ORDER BY count DESC, text
LIMIT 20
