-- One file that came with an error. Base64, because its bytes need not be text.
SELECT filename, base64Encode(content) AS content
FROM error_attachments
WHERE project_id = {project_id:UInt32} AND event_id = {event_id:String} AND attachment_id = {attachment_id:String}
LIMIT 1
