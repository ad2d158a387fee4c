-- The commonest values of one field in the newest rows.
SELECT value, count() AS count
FROM (
    SELECT /* value */ '' AS value
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
WHERE value != '' AND startsWith(lower(value), lower({prefix:String}))
GROUP BY value
ORDER BY count DESC, value
LIMIT {limit:UInt32}
