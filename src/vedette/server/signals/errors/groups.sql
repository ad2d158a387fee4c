-- One row a fingerprint: how often, for how many users, and how it last looked.
SELECT
    fingerprint,
    argMax(title, time) AS title,
    argMax(type, time) AS type,
    argMax(value, time) AS value,
    argMax(culprit, time) AS culprit,
    argMax(level, time) AS level,
    count() AS count,
    uniqIf(user_id, user_id != '') AS users,
    min(time) AS first_time,
    max(time) AS last_time,
    argMax(event_id, time) AS last_event_id,
    arraySort(groupUniqArrayIf(20)(service, service != '')) AS services
FROM (
    SELECT fingerprint, title, type, value, culprit, level, user_id, time, event_id, service
    FROM errors
    WHERE project_id = {project_id:UInt32}
        AND time >= {since:DateTime64(9, 'UTC')}
        AND time < {until:DateTime64(9, 'UTC')}
        /* AND filters */
)
GROUP BY fingerprint
HAVING (last_time, fingerprint) < ({last_time:DateTime64(9, 'UTC')}, {last_fingerprint:String})
ORDER BY last_time DESC, fingerprint DESC
LIMIT {limit:UInt32}
