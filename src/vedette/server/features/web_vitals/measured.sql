-- What one source reported, judged and described alike: page, browser, device, rating, score and weight of each vital.
-- `vitals` of a load are (metric, value, time, span_id, event_uuid, element). A page is the route if the SDK knows it;
-- ids in a path become `:id`. A score is Lighthouse's: log-normal, 90 at the limit of good and 50 at that of poor
-- (`vitals.py`). Where 1 load in 4 is sent, one stands for 4.
SELECT
    * EXCEPT (vitals),
    tupleElement(vital, 1) AS metric,
    tupleElement(vital, 2) AS value,
    tupleElement(vital, 3) AS time,
    tupleElement(vital, 4) AS span_id,
    tupleElement(vital, 5) AS event_uuid,
    tupleElement(vital, 6) AS element,
    transform(metric, {metrics:Array(String)}, {good:Array(Float64)}, 0.) AS good_until,
    transform(metric, {metrics:Array(String)}, {poor:Array(Float64)}, 0.) AS poor_above,
    multiIf(value <= good_until, 'good', value <= poor_above, 'needs_improvement', 'poor') AS rating,
    if(
        value > 0,
        50 * erfc(log(value / poor_above) / log(poor_above / good_until) * 1.2815515655446004 / sqrt(2)),
        100) AS score
FROM (
    SELECT
        project_id, source, trace_id, url, vitals,
        session AS session_id,
        person AS user_id,
        of_service AS service,
        of_environment AS environment,
        of_release AS release,
        country_sent AS country,
        arrayStringConcat(arrayMap(
            part -> if(
                match(part, '^([0-9]+|[0-9a-fA-F]{16,}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$')
                    OR match(part, '^[A-Za-z]{1,8}_[0-9A-Za-z]*[0-9][0-9A-Za-z]*$')
                    OR (length(part) >= 20 AND match(part, '^[0-9A-Za-z_]*[0-9][0-9A-Za-z_]*$')),
                ':id', part),
            splitByChar('/', page_sent)), '/') AS page,
        multiIf(
            browser_sent != '', browser_sent,
            user_agent = '', '',
            match(user_agent, 'SamsungBrowser'), 'Samsung Internet',
            match(user_agent, 'OPR/|Opera'), 'Opera',
            match(user_agent, 'Edg(e|A|iOS)?/'), 'Microsoft Edge',
            match(user_agent, 'CriOS'), 'Chrome iOS',
            match(user_agent, 'FxiOS'), 'Firefox iOS',
            match(user_agent, 'Chrom(e|ium)/'), 'Chrome',
            match(user_agent, 'Firefox/'), 'Firefox',
            match(user_agent, 'Mobile/.*Safari/'), 'Mobile Safari',
            match(user_agent, 'Safari/'), 'Safari',
            'Other') AS browser,
        multiIf(
            os_sent != '', os_sent,
            user_agent = '', '',
            match(user_agent, 'Windows'), 'Windows',
            match(user_agent, 'iPhone|iPad|iPod'), 'iOS',
            match(user_agent, 'Android'), 'Android',
            match(user_agent, 'CrOS'), 'Chrome OS',
            match(user_agent, 'Mac OS X|Macintosh'), 'Mac OS X',
            match(user_agent, 'Linux'), 'Linux',
            'Other') AS os,
        multiIf(
            device_sent != '', device_sent,
            user_agent = '', '',
            match(user_agent, 'iPad|Tablet') OR (match(user_agent, 'Android') AND NOT match(user_agent, 'Mobile')), 'Tablet',
            match(user_agent, 'Mobi|iPhone|iPod'), 'Mobile',
            'Desktop') AS device,
        if(sample_rate > 0 AND sample_rate <= 1, least(1e6, 1 / sample_rate), 1) AS weight
    FROM reported
    WHERE project_id = {project_id:UInt32}
)
ARRAY JOIN vitals AS vital
WHERE isFinite(value) AND value >= 0
    /* AND filters */
