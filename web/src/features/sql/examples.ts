export const FIRST = `SELECT service, count() AS records
FROM logs
WHERE time > now() - INTERVAL 1 HOUR
GROUP BY service
ORDER BY records DESC
LIMIT 20`

export const EXAMPLES = [
  { word: 'Log records by service', sql: FIRST },
  { word: 'Slowest spans', sql: 'SELECT name, service, count() AS spans, round(quantile(0.95)(duration_ns) / 1e6, 1) AS p95_ms\nFROM spans\nWHERE time > now() - INTERVAL 1 HOUR\nGROUP BY name, service\nORDER BY p95_ms DESC\nLIMIT 20' },
  { word: 'Users with errors', sql: 'SELECT user_id, count() AS errors, max(time) AS last\nFROM errors\nWHERE user_id != \'\'\nGROUP BY user_id\nORDER BY errors DESC\nLIMIT 20' },
]
