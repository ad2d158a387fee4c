-- How an issue's newest events spread over tags and fields: of each key the commonest values, and how many events
-- have it at all.
SELECT key, value, count() AS count, sum(count) OVER (PARTITION BY key) AS total, count() OVER (PARTITION BY key) AS distinct
FROM (
    SELECT arrayJoin(arrayFilter(pair -> pair.2 != '', arrayConcat(
        arrayZip(
            ['level', 'release', 'environment', 'service', 'server_name', 'transaction', 'url', 'user', 'platform',
                'error.handled', 'source'],
            [toString(level), toString(release), toString(environment), toString(service), toString(server_name),
                toString(transaction), url, if(user_email != '', user_email, user_id), toString(platform),
                multiIf(isNull(handled), '', assumeNotNull(handled), 'yes', 'no'), toString(source)]),
        arrayZip(arrayMap(key -> toString(key), mapKeys(tags)), mapValues(tags))
    ))) AS pair, pair.1 AS key, pair.2 AS value
    FROM (
        SELECT level, release, environment, service, server_name, transaction, url, user_email, user_id, platform, handled,
            source, tags
        FROM errors
        WHERE project_id = {project_id:UInt32}
            AND fingerprint IN {fingerprints:Array(String)}
            AND time >= {since:DateTime64(9, 'UTC')}
            AND time < {until:DateTime64(9, 'UTC')}
            /* AND filters */
        ORDER BY time DESC
        LIMIT {sample:UInt32}
    )
)
GROUP BY key, value
ORDER BY total DESC, key, count DESC, value
LIMIT {most:UInt32} BY key
LIMIT 1000
