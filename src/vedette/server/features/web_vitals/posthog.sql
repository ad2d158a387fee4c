-- Web vitals as posthog-js captures them (`$web_vitals`), a row a page load and vital; `reported` for measured.sql.
-- The web-vitals library gives each vital of a load an id, and reports a vital that grew once more under the same one:
-- the last report counts. The URL is the one that the event names: a page may have changed its own since.
SELECT
    project_id,
    'posthog' AS source,
    [(metric, argMax(measured, sent), max(sent), '', argMax(event_id, sent), argMax(target, sent))] AS vitals,
    argMax(trace, sent) AS trace_id,
    any(session_id) AS session,
    any(distinct_id) AS person,
    any(service) AS of_service,
    any(environment) AS of_environment,
    any(release) AS of_release,
    argMax(where_path, sent) AS page_sent,
    argMax(where, sent) AS url,
    any(agent) AS user_agent,
    any(browser_name) AS browser_sent,
    any(os_name) AS os_sent,
    any(device_type) AS device_sent,
    any(country) AS country_sent,
    any(share) AS sample_rate
FROM (
    SELECT
        project_id,
        distinct_id,
        tupleElement(vital, 1) AS metric,
        assumeNotNull(toFloat64OrNull(tupleElement(vital, 2))) AS measured,
        tupleElement(vital, 3) AS vital_id,
        tupleElement(vital, 4) AS target,
        toDateTime64(events.time, 9, 'UTC') AS sent,
        trace_id AS trace,
        toString(uuid) AS event_id,
        session_id, service, environment, release,
        current_url AS where,
        if(current_url != '', path(current_url), pathname) AS where_path,
        toString(properties.`$raw_user_agent`) AS agent,
        toString(properties.`$browser`) AS browser_name,
        toString(properties.`$os`) AS os_name,
        toString(properties.`$device_type`) AS device_type,
        toString(properties.`$geoip_country_code`) AS country,
        toFloat64OrZero(toString(properties.`$sample_threshold`)) AS share
    FROM events
    ARRAY JOIN [
        (
            'lcp',
            toString(properties.`$web_vitals_LCP_value`),
            toString(properties.`$web_vitals_LCP_event`.id),
            toString(properties.`$web_vitals_LCP_event`.attribution.target)
        ),
        (
            'inp',
            toString(properties.`$web_vitals_INP_value`),
            toString(properties.`$web_vitals_INP_event`.id),
            toString(properties.`$web_vitals_INP_event`.attribution.interactionTarget)
        ),
        (
            'cls',
            toString(properties.`$web_vitals_CLS_value`),
            toString(properties.`$web_vitals_CLS_event`.id),
            toString(properties.`$web_vitals_CLS_event`.attribution.largestShiftTarget)
        ),
        (
            'fcp',
            toString(properties.`$web_vitals_FCP_value`),
            toString(properties.`$web_vitals_FCP_event`.id),
            ''
        ),
        (
            'ttfb',
            toString(properties.`$web_vitals_TTFB_value`),
            toString(properties.`$web_vitals_TTFB_event`.id),
            ''
        )
    ] AS vital
    WHERE project_id = {project_id:UInt32}
        AND events.time >= {since:DateTime64(9, 'UTC')}
        AND events.time < {until:DateTime64(9, 'UTC')}
        AND event = '$web_vitals'
        AND toFloat64OrNull(tupleElement(vital, 2)) IS NOT NULL
        AND tupleElement(vital, 1) IN {metrics:Array(String)}
)
GROUP BY project_id, distinct_id, metric, if(vital_id != '', vital_id, event_id)
