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
-- The parent is nearly always the root; the rest of the way is climbed for the few whose parent has one.
climbs AS (
    SELECT id, parent AS ancestor, 1 AS steps FROM parents WHERE parent IN (SELECT id FROM parents)
    UNION ALL
    SELECT climbs.id, parents.parent, climbs.steps + 1
    FROM climbs INNER JOIN parents ON parents.id = climbs.ancestor
),
roots AS (
    SELECT parents.id AS id, if(climbed.root = '', parents.parent, climbed.root) AS root, parents.linked_us AS linked_us
    FROM parents LEFT JOIN (SELECT id, argMax(ancestor, steps) AS root FROM climbs GROUP BY id) AS climbed
        ON climbed.id = parents.id
),
merge_climbs AS (
    SELECT arrayJoin([distinct_id, from_distinct_id]) AS id, id AS ancestor, 0 AS steps
    FROM identity_links
    WHERE project_id = {project_id:UInt32} AND kind = 'merge'
    UNION ALL
    SELECT merge_climbs.id, parents.parent, merge_climbs.steps + 1
    FROM merge_climbs INNER JOIN parents ON parents.id = merge_climbs.ancestor
),
-- (root, the person it belongs to, microseconds since 1970 when that began), of those that were merged
(
    SELECT arrayFilter(person -> person.1 != person.2, arrayFold(
        (people, merge) -> arrayMap(
            person -> if(person.2 = arrayFirst(other -> other.1 = merge.1, people).2,
                (person.1, arrayFirst(other -> other.1 = merge.2, people).2, if(person.3 = 0, merge.3, person.3)), person),
            people),
        arrayMap(merge -> (root_of[merge.4], root_of[merge.3], merge.1), merges),
        arrayMap(root -> (root, root, toInt64(0)), arrayDistinct(mapValues(root_of)))))
    FROM (
        SELECT mapFromArrays(groupArray(id), groupArray(root)) AS root_of
        FROM (SELECT id, argMax(ancestor, steps) AS root FROM merge_climbs GROUP BY id)
    ) AS roots_of_merges
    CROSS JOIN (
        SELECT arraySort(groupArray((toUnixTimestamp64Micro(time), seq, distinct_id, from_distinct_id))) AS merges
        FROM identity_links
        WHERE project_id = {project_id:UInt32} AND kind = 'merge'
    ) AS in_order
) AS merged
-- `merged` is named once: the engine works it out wherever it is. So a merged root's own row comes of the join, too:
-- each stands in it twice, as the root of others and under no name, which nothing matches.
SELECT
    if(roots.id = '', person.own_id, roots.id) AS distinct_id,
    if(person.person_id = '', roots.root, person.person_id) AS person_id,
    fromUnixTimestamp64Micro(if(roots.linked_us = 0, person.linked_us, roots.linked_us), 'UTC') AS linked_at
FROM roots
FULL JOIN (
    SELECT
        arrayJoin(merged) AS one,
        arrayJoin([one.1, '']) AS root,
        one.1 AS own_id,
        one.2 AS person_id,
        one.3 AS linked_us
) AS person ON person.root = roots.root
WHERE roots.id != '' OR person.root = ''
