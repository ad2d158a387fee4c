-- Which properties the newest events have, of which types, and how many events have each. Names that start with $
-- are the libraries' own; with $schema_violations the sender says that the event is not as declared.
SELECT event, pair.1 AS property, pair.2 AS type, count() AS count
FROM (
    SELECT event, arrayJoin(JSONAllPathsWithTypes(properties)) AS pair
    FROM events
    WHERE project_id = {project_id:UInt32}
        AND time >= (
            -- Found by the times alone: sorting whole rows would read every event's properties.
            SELECT min(time)
            FROM (
                SELECT time
                FROM events
                WHERE project_id = {project_id:UInt32}
                    AND time >= {since:DateTime64(9, 'UTC')}
                    AND time < {until:DateTime64(9, 'UTC')}
                    /* AND filters */
                ORDER BY time DESC
                LIMIT {sample:UInt32}
            )
        )
        AND time < {until:DateTime64(9, 'UTC')}
        /* AND filters */
)
WHERE NOT startsWith(property, '$') OR property = '$schema_violations'
GROUP BY event, property, type
ORDER BY event, property, count DESC
LIMIT 20000
