-- What a transaction's spans say of themselves, and how often the slow ones do: of a part of them, by their ids' hashes.
WITH part AS (
    SELECT duration_ns, release, environment, source, kind, attributes, resource
    FROM spans
    WHERE project_id = {project_id:UInt32}
        AND time >= {since:DateTime64(9, 'UTC')}
        AND time < {until:DateTime64(9, 'UTC')}
        AND is_transaction
        /* AND filters */
    ORDER BY sipHash64(span_id)
    LIMIT {sample:UInt32}
), (SELECT quantileExact(0.9)(duration_ns) FROM part) AS slow_ns
SELECT
    tupleElement(item, 1) AS field,
    tupleElement(item, 2) AS value,
    count() AS count,
    countIf(duration_ns >= slow_ns) AS slow,
    any((SELECT count() FROM part)) AS of_count,
    any((SELECT countIf(duration_ns >= slow_ns) FROM part)) AS of_slow,
    any(slow_ns) AS slow_from_ns
FROM part
ARRAY JOIN arrayConcat(
    [('release', toString(release)), ('environment', toString(environment)), ('source', toString(source))],
    arrayMap((k, v) -> (concat('attributes.', k), v), mapKeys(attributes), mapValues(attributes)),
    arrayMap((k, v) -> (concat('resource.', k), v), mapKeys(resource), mapValues(resource))) AS item
WHERE value != '' AND length(value) <= 200
GROUP BY field, value
HAVING slow >= 3
ORDER BY slow DESC, field, value
LIMIT 5000
