-- The people of a project: which distinct_ids each has, since when, and what is known about them.
SELECT
    toUInt32({project_id:UInt32}) AS project_id,
    people.person_id AS person_id,
    people.distinct_ids AS distinct_ids,
    described.is_identified AS is_identified,
    people.created_at AS created_at,
    people.last_time AS last_time,
    -- Here, so that what only reads a page makes documents of a page.
    if(described.properties = '', '{}', described.properties)::JSON(max_dynamic_paths = 64) AS properties
FROM (
    /* people.sql */
) AS people
LEFT JOIN (
    /* described.sql */
) AS described ON described.person_id = people.person_id
