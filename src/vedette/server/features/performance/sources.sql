-- Who told of a transaction.
SELECT max(source = 'sentry') AS by_sentry
FROM spans
WHERE project_id = {project_id:UInt32}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND time < {until:DateTime64(9, 'UTC')}
    AND is_transaction
    /* AND filters */
