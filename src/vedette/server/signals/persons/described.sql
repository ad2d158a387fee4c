-- What is known about each person, as a JSON object.
-- Properties: the person's own ids win over those linked to them later, $set over $set_once, later over earlier
-- (for $set_once: earlier over later); a $set_once after a link does not replace what the linked id had.
SELECT
    person_id,
    max(is_identified) AS is_identified,
    concat('{', arrayStringConcat(groupArrayIf(concat(toJSONString(key), ':', value), value != ''), ','), '}') AS properties
FROM (
    SELECT
        person_id,
        key,
        max(is_identified) AS is_identified,
        maxIf(time_us, kind = 'unset') AS unset_us,
        minIf(linked_us, before_link) AS linked_first_us,
        -- 5: $set of the person's own, 4: $set_once of its own, 3 and 2: the same of a linked id, 1: $set_once too late
        arrayReduce('max', arrayMap(
            said -> (if(said.1 = 4 AND linked_first_us > 0 AND -said.2 >= linked_first_us, 1, said.1), said.2, said.3, said.4),
            arrayFilter(said -> abs(said.2) > unset_us, groupArrayIf((rank, order_us, order_seq, value), rank > 0)))).4 AS value
    FROM (
        SELECT
            person_id,
            is_identified,
            before_link,
            linked_us,
            toUnixTimestamp64Micro(time) AS time_us,
            arrayJoin(arrayConcat(
                arrayMap((k, v) -> (k, 'set', v), mapKeys(set), mapValues(set)),
                arrayMap((k, v) -> (k, 'set_once', v), mapKeys(set_once), mapValues(set_once)),
                arrayMap(k -> (k, 'unset', ''), unset),
                [('', '', '')])) AS said,
            said.1 AS key,
            said.2 AS kind,
            said.3 AS value,
            multiIf(kind = 'set', if(before_link, 3, 5), kind = 'set_once', if(before_link, 2, 4), 0) AS rank,
            if(kind = 'set', time_us, -time_us) AS order_us,
            if(kind = 'set', toInt64(seq), -toInt64(seq)) AS order_seq
        FROM (
            SELECT
                if(person_distinct_ids.person_id = '', person_updates.distinct_id, person_distinct_ids.person_id) AS person_id,
                is_identified,
                person_updates.time AS time,
                seq,
                set,
                set_once,
                unset,
                person_updates.time < person_distinct_ids.linked_at AS before_link,
                toUnixTimestamp64Micro(person_distinct_ids.linked_at) AS linked_us
            -- By itself, so that a cluster joins here and not on every shard.
            FROM (
                SELECT * FROM person_updates
                WHERE project_id = {project_id:UInt32}
                    /* AND filters */
            ) AS person_updates
            LEFT JOIN (
                /* person_distinct_ids.sql */
            ) AS person_distinct_ids ON person_distinct_ids.distinct_id = person_updates.distinct_id
        )
    )
    GROUP BY person_id, key
)
GROUP BY person_id
