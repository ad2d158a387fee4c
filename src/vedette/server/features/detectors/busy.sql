-- Which projects received something in a window. It is asked for all of them at once, so of {project_id:UInt32} there
-- are many; nothing of theirs but the number is read.
SELECT project_id
FROM spans
WHERE project_id IN {project_ids:Array(UInt32)}
    AND time >= {since:DateTime64(9, 'UTC')}
    AND time < {until:DateTime64(9, 'UTC')}
    AND received_at >= {after:DateTime64(9, 'UTC')}
    AND received_at < {before:DateTime64(9, 'UTC')}
GROUP BY project_id
