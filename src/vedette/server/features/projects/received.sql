-- What has come in by each protocol, of each signal: when last (in 30 days), and how many items since midnight UTC.
-- `outcomes` has a row a second at most for each protocol and category, so this reads little.
SELECT protocol, category, max(time) AS last_time, sumIf(quantity, time >= toStartOfDay(now('UTC'))) AS count
FROM outcomes
WHERE project_id = {project_id:UInt32}
  AND time >= now() - INTERVAL 30 DAY
  AND outcome = 'accepted'
GROUP BY protocol, category
