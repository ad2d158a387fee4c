-- Web vitals as OpenTelemetry's convention tells them, a row a page load and vital; `reported` for measured.sql.
-- https://opentelemetry.io/docs/specs/semconv/browser/events/: log events `browser.web_vital` with name, value and id in
-- the body, or in attributes as the convention is about to have it. Of reports of one id the last counts.
SELECT
    project_id,
    'otlp' AS source,
    [(metric, argMax(measured, logged), max(logged), argMax(span, logged), '', '')] AS vitals,
    argMax(trace, logged) AS trace_id,
    any(session_id) AS session,
    any(user_id) AS person,
    any(service) AS of_service,
    any(environment) AS of_environment,
    any(release) AS of_release,
    argMax(route, logged) AS page_sent,
    argMax(full, logged) AS url,
    any(agent) AS user_agent,
    '' AS browser_sent,
    '' AS os_sent,
    '' AS device_sent,
    any(country) AS country_sent,
    0. AS sample_rate
FROM (
    SELECT
        project_id,
        lower(coalesce(
            nullIf(attributes['browser.web_vital.name'], ''),
            nullIf(attributes['name'], ''),
            JSONExtractString(body, 'name'))) AS metric,
        coalesce(
            toFloat64OrNull(attributes['browser.web_vital.value']),
            toFloat64OrNull(attributes['value']),
            toFloat64OrNull(JSONExtractRaw(body, 'value'))) AS sent_value,
        assumeNotNull(sent_value) AS measured,
        coalesce(
            nullIf(attributes['browser.web_vital.id'], ''),
            nullIf(attributes['id'], ''),
            nullIf(JSONExtractString(body, 'id'), ''),
            toString(cityHash64(logs.time, trace_id, span_id, attributes, body))) AS vital_id,
        logs.time AS logged,
        trace_id AS trace,
        span_id AS span,
        session_id, user_id, service, environment, release,
        coalesce(nullIf(attributes['url.full'], ''), resource['url.full']) AS full,
        coalesce(
            nullIf(attributes['http.route'], ''), nullIf(attributes['url.path'], ''), nullIf(path(full), '')) AS route_sent,
        ifNull(route_sent, '') AS route,
        coalesce(nullIf(attributes['user_agent.original'], ''), resource['user_agent.original']) AS agent,
        coalesce(nullIf(attributes['geo.country.iso_code'], ''), resource['geo.country.iso_code']) AS country
    FROM logs
    WHERE project_id = {project_id:UInt32}
        AND logs.time >= {since:DateTime64(9, 'UTC')}
        AND logs.time < {until:DateTime64(9, 'UTC')}
        AND (event_name = 'browser.web_vital' OR has(attribute_items, 'event.name=browser.web_vital'))
        AND metric IN {metrics:Array(String)}
        AND sent_value IS NOT NULL
)
GROUP BY project_id, session_id, metric, vital_id
