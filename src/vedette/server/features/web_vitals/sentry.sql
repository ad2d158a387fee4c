-- Web vitals as Sentry's browser SDKs tell them, a row a page load; `reported` for measured.sql.
-- Versions 8 to 10 send them with the page load's transaction and INP as a span of its own; 11 sends LCP, CLS and INP as
-- spans below the page load's. What one span of a load knows (its route, the browser, the sample rate) holds for all
-- of them. Of a vital that was reported again as it grew, the last report counts.
SELECT
    project_id,
    'sentry' AS source,
    arrayMap(
        last -> (
            tupleElement(last, 1), tupleElement(last, 2), tupleElement(last, 3), tupleElement(last, 4), '',
            tupleElement(arrayFirst(
                found -> tupleElement(found, 1) = tupleElement(last, 1) AND tupleElement(found, 2) = tupleElement(last, 4),
                elements), 3)),
        arrayFilter(
            last -> tupleElement(last, 1) != '',
            arrayMap(
                name -> arrayFirst(report -> tupleElement(report, 1) = name, reports),
                {metrics:Array(String)}))) AS vitals,
    trace_id,
    session, person, of_service, of_environment, of_release,
    page_sent, url, user_agent, '' AS browser_sent, '' AS os_sent, '' AS device_sent, country_sent, sample_rate
FROM (
    SELECT
        project_id,
        trace_id,
        multiIf(
            op IN ('pageload', 'navigation'), span_id,
            attributes['sentry.pageload.span_id'] != '', attributes['sentry.pageload.span_id'],
            attributes['sentry.segment.id'] NOT IN ('', span_id), attributes['sentry.segment.id'],
            '') AS load,
        arrayReverseSort(vital -> tupleElement(vital, 3), groupArrayArray(arrayMap(
            vital -> (vital, measurements[vital], time, span_id),
            arrayFilter(vital -> mapContains(measurements, vital), {metrics:Array(String)})))) AS reports,
        groupArrayArray(arrayMap(
            vital -> (
                vital,
                span_id,
                coalesce(
                    nullIf(attributes[concat('browser.web_vital.', vital, '.element')], ''),
                    nullIf(attributes[concat('browser.web_vital.', vital, '.target')], ''),
                    nullIf(attributes[concat('browser.web_vital.', vital, '.source.1')], ''),
                    nullIf(attributes[concat(vital, '.element')], ''),
                    nullIf(attributes[concat(vital, '.source.1')], ''),
                    if(vital = 'inp' AND startsWith(op, 'ui.interaction.'), name, ''))),
            arrayFilter(vital -> mapContains(measurements, vital), {metrics:Array(String)}))) AS elements,
        -- 'Pageload' is what version 11 calls every load whose route it does not know; it says so.
        argMax(
            multiIf(
                op NOT IN ('pageload', 'navigation'), attributes['transaction'],
                coalesce(nullIf(attributes['sentry.segment.name.source'], ''), attributes['sentry.source']) NOT IN ('url', ''),
                name,
                attributes['url.path'] != '', attributes['url.path'],
                attributes['url.full'] != '', path(attributes['url.full']),
                name),
            multiIf(op IN ('pageload', 'navigation'), 2, attributes['transaction'] != '', 1, 0)) AS page_sent,
        anyIf(attributes['url.full'], op IN ('pageload', 'navigation') AND attributes['url.full'] != '') AS url,
        anyIf(attributes['user_agent.original'], attributes['user_agent.original'] != '') AS user_agent,
        anyIf(attributes['user.geo.country_code'], attributes['user.geo.country_code'] != '') AS country_sent,
        max(toFloat64OrZero(attributes['sentry.sample_rate'])) AS sample_rate,
        anyIf(session_id, session_id != '') AS session,
        anyIf(user_id, user_id != '') AS person,
        anyIf(service, service != '') AS of_service,
        anyIf(environment, environment != '') AS of_environment,
        anyIf(release, release != '') AS of_release
    FROM spans
    WHERE project_id = {project_id:UInt32}
        AND time >= {since:DateTime64(9, 'UTC')}
        AND time < {until:DateTime64(9, 'UTC')}
        AND source = 'sentry'
        AND (op IN ('pageload', 'navigation') OR hasAny(mapKeys(measurements), {metrics:Array(String)}))
    GROUP BY project_id, trace_id, load
    HAVING notEmpty(reports)
)
