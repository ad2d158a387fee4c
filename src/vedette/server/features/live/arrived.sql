-- How many rows were received lately, by the second of their receipt.
SELECT toUnixTimestamp(received_at) AS second, count() AS count
FROM /* table */ logs
WHERE project_id = {project_id:UInt32}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND time < {until:DateTime64(9, 'UTC')}
    /* AND filters */
GROUP BY second
