-- Of the reports of one crash, the richest: true unless a richer source reported the same crash within ten minutes
-- (twenty at most: times are compared by their ten minutes and the neighbours). Reports of one source never hide each
-- other. The filters say which part of the world is looked at: what is outside of it hides nothing.
NOT arrayExists(
    key -> toUInt64(key + intDiv(toUnixTimestamp(time), 600) * 4 + richness) IN (
        SELECT toUInt64(
            arrayJoin([crash, reference]) + (intDiv(toUnixTimestamp(time), 600) + arrayJoin([-1, 0, 1])) * 4
            + arrayJoin(range(richness)))
        FROM errors
        WHERE project_id = {project_id:UInt32}
            AND time >= {since:DateTime64(9, 'UTC')} - toIntervalMinute(20)
            AND time < {until:DateTime64(9, 'UTC')} + toIntervalMinute(20)
            AND richness > 0
            AND (crash != 0 OR reference != 0)
            /* AND filters */
        SETTINGS final = 0
    ),
    [crash, reference])
