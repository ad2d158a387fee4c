-- distinct_id → person_id, for every distinct_id that is not a person of its own.
-- Use: coalesce of a LEFT JOIN, `if(person_id = '', events.distinct_id, person_id)`.
--
-- A link joins its source (the anonymous id, the alias) to its target, unless the source was identified before:
-- that is, unless the source was mentioned in any earlier link, or identified on its own. So each id has at most
-- one parent, and it is in the first row that mentions the id (docs/decisions/0011-persons.md). $merge_dangerously
-- asks no questions: such links, few, are folded over the roots in their order.
WITH RECURSIVE
parents AS (
    SELECT distinct_id AS id, mention.3 AS parent, mention.1 AS linked_us
    FROM first_mentions FINAL
    WHERE project_id = {project_id:UInt32} AND mention.3 != ''
),
-- Two steps for everybody, the rest of the way only for the few who have one.
two_up AS (
    SELECT one.id AS id, one.parent AS parent, one.linked_us AS linked_us, two.parent AS grandparent
    FROM parents AS one LEFT JOIN parents AS two ON two.id = one.parent
),
climbs AS (
    SELECT id, grandparent AS ancestor, 2 AS steps, linked_us FROM two_up WHERE grandparent != ''
    UNION ALL
    SELECT climbs.id, parents.parent, climbs.steps + 1, climbs.linked_us
    FROM climbs INNER JOIN parents ON parents.id = climbs.ancestor
),
roots AS (
    SELECT id, parent AS root, linked_us FROM two_up WHERE grandparent = ''
    UNION ALL
    SELECT id, argMax(ancestor, steps) AS root, any(linked_us) AS linked_us FROM climbs GROUP BY id
),
merge_climbs AS (
    SELECT arrayJoin([distinct_id, from_distinct_id]) AS id, id AS ancestor, 0 AS steps
    FROM identity_links
    WHERE project_id = {project_id:UInt32} AND kind = 'merge'
    UNION ALL
    SELECT merge_climbs.id, parents.parent, merge_climbs.steps + 1
    FROM merge_climbs INNER JOIN parents ON parents.id = merge_climbs.ancestor
),
(
    SELECT mapFromArrays(groupArray(id), groupArray(root))
    FROM (SELECT id, argMax(ancestor, steps) AS root FROM merge_climbs GROUP BY id)
) AS root_of,
(
    SELECT arrayMap(merge -> (root_of[merge.4], root_of[merge.3], merge.1), arraySort(groupArray((
        toUnixTimestamp64Micro(time), seq, distinct_id, from_distinct_id))))
    FROM identity_links
    WHERE project_id = {project_id:UInt32} AND kind = 'merge'
) AS merges,
-- (root, the person it belongs to, microseconds since 1970 when that began); never empty, for transform()
(
    SELECT arrayFold(
        (people, merge) -> arrayMap(
            person -> if(person.2 = arrayFirst(other -> other.1 = merge.1, people).2,
                (person.1, arrayFirst(other -> other.1 = merge.2, people).2, if(person.3 = 0, merge.3, person.3)), person),
            people),
        merges,
        arrayMap(root -> (root, root, toInt64(0)), arrayDistinct(arrayPushBack(mapValues(root_of), ''))))
) AS merged,
(SELECT merged.1) AS merged_root,
(SELECT merged.2) AS merged_person
SELECT * FROM (  -- before 26.9 the second half of a UNION does not see a recursive table of its WITH
    SELECT
        id AS distinct_id,
        transform(root, merged_root, merged_person, root) AS person_id,
        fromUnixTimestamp64Micro(linked_us, 'UTC') AS linked_at
    FROM roots
    WHERE distinct_id != person_id
    UNION ALL
    SELECT person.1, person.2, fromUnixTimestamp64Micro(person.3, 'UTC')
    FROM (SELECT arrayJoin(merged) AS person)
    WHERE person.1 != person.2
)
