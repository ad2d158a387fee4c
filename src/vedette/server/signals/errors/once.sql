-- Of the reports of one crash, the richest: true unless a richer source reported the same crash within ten minutes
-- (twenty at most: times are compared by their ten minutes and the neighbours). Reports of one source never hide each
-- other. The filters say which part of the world is looked at: what is outside of it hides nothing.
-- The set has two entries a report; a row asks it for each richer source (3 at most) in three pieces of ten minutes.
NOT arrayExists(
    key -> key IN (
        SELECT toUInt64(
            arrayJoin(arrayFilter(known -> known != 0, [crash, reference]))
            + intDiv(toUnixTimestamp(time), 600) * 4 + richness)
        FROM errors
        WHERE project_id = {project_id:UInt32}
            AND time >= {since:DateTime64(9, 'UTC')} - toIntervalMinute(20)
            AND time < {until:DateTime64(9, 'UTC')} + toIntervalMinute(20)
            AND richness > 0
            AND (crash != 0 OR reference != 0)
            /* AND filters */
        SETTINGS final = 0
    ),
    arrayFlatten(arrayMap(
        known -> arrayMap(
            step -> toUInt64(known + intDiv(toUnixTimestamp(time), 600) * 4 + step),
            [[-3, -2, -1, 1, 2, 3, 5, 6, 7], [-2, -1, 2, 3, 6, 7], [-1, 3, 7], []][richness + 1]),
        arrayFilter(known -> known != 0, [crash, reference]))))
