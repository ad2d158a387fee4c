-- What is stored already of these findings, and of their fingerprints in the hours around: a finding that is told again
-- is the same row, and a fingerprint has only so many rows an hour.
SELECT event_id, fingerprint, transaction, toUnixTimestamp64Micro(time) AS time_us
FROM errors
WHERE project_id = {project_id:UInt32}
    AND category = 'performance'
    AND time >= toStartOfHour({since:DateTime64(9, 'UTC')}) - toIntervalDay(1)
    AND time < {until:DateTime64(9, 'UTC')} + toIntervalHour(1)
    AND (event_id IN {event_ids:Array(String)} OR fingerprint IN {fingerprints:Array(String)})
