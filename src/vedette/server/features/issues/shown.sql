-- What the rows of a page show of their issues: how each last looked, and its events over time.
SELECT
    transform(fingerprint, {merged:Array(String)}, {roots:Array(String)}, fingerprint) AS issue,
    argMax(title, time) AS title,
    argMax(type, time) AS type,
    argMax(value, time) AS value,
    argMax(culprit, time) AS culprit,
    argMax(platform, time) AS platform,
    argMax(category, time) AS category,
    argMax(event_id, time) AS last_event_id,
    argMax((toString(level), handled), time) AS newest,
    arraySort(groupUniqArrayIf(20)(service, service != '')) AS services,
    countResample(0, {steps:UInt32}, 1)(
        least(intDiv(toUnixTimestamp(time) - toUnixTimestamp({since:DateTime64(9, 'UTC')}), {step:UInt32}), {steps:UInt32} - 1)
    ) AS trend
-- By itself, because conditions name columns that are called like what is selected.
FROM (
    SELECT fingerprint, title, type, value, culprit, platform, category, event_id, level, handled, service, time
    FROM errors
    WHERE project_id = {project_id:UInt32}
        AND fingerprint IN {fingerprints:Array(String)}
        AND time >= {since:DateTime64(9, 'UTC')}
        AND time < {until:DateTime64(9, 'UTC')}
        /* AND filters */
)
GROUP BY issue
