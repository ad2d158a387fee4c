-- The files that came with an error, without their content.
SELECT attachment_id, filename, content_type, size
FROM error_attachments
WHERE project_id = {project_id:UInt32} AND event_id = {event_id:String}
ORDER BY filename, attachment_id
