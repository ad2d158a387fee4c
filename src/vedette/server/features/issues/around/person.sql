-- Who has one of these ids, and what is known about them. `{project_id:UInt32}` is bound within.
SELECT person_id, distinct_ids, is_identified, properties
FROM (
    /* persons.sql */
    SELECT '' AS person_id, [] AS distinct_ids, false AS is_identified, '{}' AS properties
)
WHERE has(distinct_ids, {user_id:String})
LIMIT 1
