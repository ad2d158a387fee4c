-- What became of everything received, by reason.
SELECT protocol, category, outcome, reason, sum(quantity) AS quantity
FROM outcomes
WHERE project_id = {project_id:UInt32}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND time < {until:DateTime64(9, 'UTC')}
GROUP BY protocol, category, outcome, reason
ORDER BY quantity DESC
LIMIT 200
