-- A page of people, those seen last first, or the one who has an id. What is known about them: described.sql.
WITH {project_id:UInt32} AS project_id
SELECT person_id, distinct_ids, linked_us, created_at, last_time
FROM (
    /* people.sql */
) AS people
WHERE (last_time, person_id) < (parseDateTime64BestEffort({last_time:String}, 6, 'UTC'), {last_person_id:String})
    AND ({distinct_id:String} = '' OR has(distinct_ids, {distinct_id:String}))
ORDER BY last_time DESC, person_id DESC
LIMIT {limit:UInt32}
