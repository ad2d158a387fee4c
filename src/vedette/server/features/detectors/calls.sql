-- Calls to databases and to other services among the spans of some traces, whoever sent them: this is the one place
-- where old and new names of attributes (https://opentelemetry.io/docs/specs/semconv/, Sentry's span data) become one.
-- `pattern` is a statement without its values: what the engine's lexer takes for a literal and what stands for a bound
-- value are `?`, a list of them `?..`. An address keeps its path: `patterns.py` makes that a pattern.
WITH
    ifNull(firstNonDefault(attributes['db.system.name'], attributes['db.system']), '') AS db_system,
    ifNull(firstNonDefault(
        attributes['db.query.text'], attributes['db.statement'], attributes['sentry.description'],
        if(source = 'sentry', toString(name), '')), '') AS statement,
    -- Old conventions tell an address in pieces.
    ifNull(firstNonDefault(
        attributes['server.address'], attributes['http.host'], attributes['net.peer.name']), '') AS host,
    ifNull(firstNonDefault(
        attributes['url.full'], attributes['http.url'], attributes['url'],
        if(host = '', '', concat(
            ifNull(firstNonDefault(attributes['url.scheme'], attributes['http.scheme']), 'http'), '://', host,
            ifNull(firstNonDefault(attributes['url.path'], attributes['http.target']), ''))),
        if(source = 'sentry', extract(name, '^[A-Z]+ (\\S+)'), '')), '') AS address,
    ifNull(firstNonDefault(
        attributes['http.request.method'], attributes['http.method'], attributes['method'],
        extract(name, '^[A-Z]+')), 'GET') AS method,
    if(op = 'http.client', 'http', 'db') AS what
SELECT
    trace_id,
    span_id,
    parent_span_id,
    toUnixTimestamp64Nano(time) AS start_ns,
    duration_ns,
    toUnixTimestamp64Milli(received_at) AS received_ms,
    service,
    environment,
    release,
    session_id,
    user_id,
    what,
    lower(db_system) AS system,
    if(what = 'http', concat(upper(method), ' ', leftUTF8(cutQueryStringAndFragment(address), 2000)), trimBoth(replaceRegexpAll(
        replaceRegexpAll(
            replaceRegexpAll(
                replaceRegexpAll(
                    normalizeQueryKeepNames(multiIf(
                        db_system IN ('mysql', 'mariadb'), replaceRegexpAll(statement, '"[^"]*"', '?'),
                        db_system = 'mongodb', replaceRegexpAll(statement, ':\\s*"[^"]*"', ': ?'),
                        statement)),
                    '(^|[^:\\w@])(?:%\\(\\w+\\)s|%s|\\$\\d+|[:@]\\w+)', '\\1?'),
                '\\s+', ' '),
            '\\?(?:\\.\\.)?(?:\\s*,\\s*\\?(?:\\.\\.)?)+|\\(\\s*\\?\\s*\\)', '(?..)'),
        '\\(?\\(\\?\\.\\.\\)\\)?(?:\\s*,\\s*\\(?\\(\\?\\.\\.\\)\\)?)*', '(?..)'))) AS pattern,
    -- Cut off by its sender, or by us where a Sentry SDK's text is the span's name.
    what = 'http' OR NOT (endsWith(statement, '...') OR endsWith(statement, '…') OR lengthUTF8(statement) IN (500, 4000)) AS complete,
    greatest(
        toUInt64OrZero(extract(ifNull(firstNonDefault(
            attributes['http.response.body.size'], attributes['http.response_content_length'],
            attributes['http.response.header.content-length'], attributes['http.response.header.content_length'],
            attributes['http.response_transfer_size'], attributes['http.response.size']), ''), '\\d+')),
        toUInt64OrZero(extract(ifNull(firstNonDefault(
            attributes['http.request.body.size'], attributes['http.request_content_length'],
            attributes['http.request.header.content-length'], attributes['http.request.header.content_length'],
            attributes['http.request.size']), ''), '\\d+'))) AS bytes
FROM spans
WHERE project_id = {project_id:UInt32}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND time < {until:DateTime64(9, 'UTC')}
    AND (
        (op = 'http.client' AND (kind = 'client' OR source = 'sentry') AND address != '')
        OR (
            (op = 'db' OR startsWith(op, 'db.'))
            AND op NOT IN ('db.redis', 'db.connection', 'db.connect', 'db.pool', 'db.transaction', 'db.sql.transaction')
            AND lower(db_system) NOT IN ('redis', 'valkey', 'memcached')
            AND statement != ''
            AND NOT match(statement, '(?i)^\\s*(?:BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SET|PRAGMA|CONNECT|START)\\b')
        )
    )
    /* AND filters */
