-- The files that came with feedback: how many of each, of all that is named.
SELECT event_id AS feedback_id, count() AS files
FROM error_attachments
WHERE project_id = {project_id:UInt32} AND event_id IN {ids:Array(String)}
GROUP BY event_id
