-- The people of a project: which distinct_ids each has and since when, when they were seen.
-- Someone only ever seen with `$process_person_profile: false` is no person.
SELECT
    if(person_distinct_ids.person_id = '', seen.distinct_id, person_distinct_ids.person_id) AS person_id,
    arraySort(groupUniqArray((seen.distinct_id, toUnixTimestamp64Micro(person_distinct_ids.linked_at)))) AS links,
    links.1 AS distinct_ids,
    links.2 AS linked_us,
    min(seen.first_time) AS created_at,
    max(seen.last_time) AS last_time,
    max(seen.has_profile) AS has_profile
FROM (
    SELECT distinct_id, first_time, last_time, has_profile
    FROM distinct_ids FINAL
    WHERE project_id = {project_id:UInt32}
    UNION ALL
    -- An alias may name an id before it has an event of its own.
    SELECT arrayJoin([distinct_id, from_distinct_id]), time, time, true
    FROM identity_links
    WHERE project_id = {project_id:UInt32}
) AS seen
LEFT JOIN (
    /* person_distinct_ids.sql */
) AS person_distinct_ids ON person_distinct_ids.distinct_id = seen.distinct_id
GROUP BY person_id
HAVING has_profile
