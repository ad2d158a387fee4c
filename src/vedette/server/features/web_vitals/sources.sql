-- How many vitals each source reported, by which is chosen whose numbers are shown: one load must not count twice.
SELECT source, metric, count() AS reports
FROM (
    SELECT 'sentry' AS source, arrayJoin(arrayFilter(name -> mapContains(measurements, name), {metrics:Array(String)})) AS metric
    FROM spans
    WHERE project_id = {project_id:UInt32}
        AND time >= {since:DateTime64(9, 'UTC')}
        AND time < {until:DateTime64(9, 'UTC')}
        AND spans.source = 'sentry'
        AND hasAny(mapKeys(measurements), {metrics:Array(String)})
    UNION ALL
    SELECT 'posthog' AS source, arrayJoin(arrayFilter(
        name -> name != '',
        [
            if(isNull(properties.`$web_vitals_LCP_value`), '', 'lcp'), if(isNull(properties.`$web_vitals_INP_value`), '', 'inp'),
            if(isNull(properties.`$web_vitals_CLS_value`), '', 'cls'), if(isNull(properties.`$web_vitals_FCP_value`), '', 'fcp'),
            if(isNull(properties.`$web_vitals_TTFB_value`), '', 'ttfb')
        ])) AS metric
    FROM events
    WHERE project_id = {project_id:UInt32}
        AND time >= {since:DateTime64(9, 'UTC')}
        AND time < {until:DateTime64(9, 'UTC')}
        AND event = '$web_vitals'
    UNION ALL
    SELECT 'otlp' AS source, lower(coalesce(
        nullIf(attributes['browser.web_vital.name'], ''),
        nullIf(attributes['name'], ''),
        JSONExtractString(body, 'name'))) AS metric
    FROM logs
    WHERE project_id = {project_id:UInt32}
        AND time >= {since:DateTime64(9, 'UTC')}
        AND time < {until:DateTime64(9, 'UTC')}
        AND (event_name = 'browser.web_vital' OR has(attribute_items, 'event.name=browser.web_vital'))
)
WHERE metric IN {metrics:Array(String)}
GROUP BY source, metric
