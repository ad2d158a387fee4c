-- In how many traces of the hours asked for these findings were met, and how many of them are kept as rows.
SELECT
    (
        SELECT uniqCombinedMerge(14)(found)
        FROM finding_hours
        WHERE project_id = {project_id:UInt32}
            AND fingerprint IN {fingerprints:Array(String)}
            AND hour >= toStartOfHour({since:DateTime64(9, 'UTC')})
            AND hour < {until:DateTime64(9, 'UTC')}
    ) AS traces,
    (
        SELECT count()
        FROM errors
        WHERE project_id = {project_id:UInt32}
            AND fingerprint IN {fingerprints:Array(String)}
            AND category = 'performance'
            AND time >= toStartOfHour({since:DateTime64(9, 'UTC')})
            AND time < {until:DateTime64(9, 'UTC')}
    ) AS rows
