-- Whether all reports are of one kind, so that none hides another (`once.sql`): the rule where a project has one source.
SELECT min(richness) = max(richness)
FROM errors
WHERE project_id = {project_id:UInt32}
    AND time >= {since:DateTime64(9, 'UTC')} - toIntervalMinute(20)
    AND time < {until:DateTime64(9, 'UTC')} + toIntervalMinute(20)
    /* AND filters */
SETTINGS final = 0
