-- How many rows of each signal belong to one trace, user or session. An id that is not asked for is ''.
-- The filters are those of errors.
SELECT
    (
        SELECT count() FROM logs
        WHERE project_id = {project_id:UInt32}
            AND time >= {since:DateTime64(9, 'UTC')} AND time < {until:DateTime64(9, 'UTC')}
            AND ({trace_id:String} = '' OR trace_id = {trace_id:String})
            AND ({user_id:String} = '' OR user_id = {user_id:String})
            AND ({session_id:String} = '' OR session_id = {session_id:String})
    ) AS logs,
    (
        SELECT count() FROM spans
        WHERE project_id = {project_id:UInt32}
            AND time >= {since:DateTime64(9, 'UTC')} AND time < {until:DateTime64(9, 'UTC')}
            AND ({trace_id:String} = '' OR trace_id = {trace_id:String})
            AND ({user_id:String} = '' OR user_id = {user_id:String})
            AND ({session_id:String} = '' OR session_id = {session_id:String})
    ) AS spans,
    (
        SELECT count() FROM errors
        WHERE project_id = {project_id:UInt32}
            AND time >= {since:DateTime64(9, 'UTC')} AND time < {until:DateTime64(9, 'UTC')}
            AND ({trace_id:String} = '' OR trace_id = {trace_id:String})
            AND ({user_id:String} = '' OR user_id = {user_id:String})
            AND ({session_id:String} = '' OR session_id = {session_id:String})
            /* AND filters */
    ) AS errors,
    (
        SELECT count() FROM events
        WHERE project_id = {project_id:UInt32}
            AND time >= {since:DateTime64(9, 'UTC')} AND time < {until:DateTime64(9, 'UTC')}
            AND ({trace_id:String} = '' OR trace_id = {trace_id:String})
            AND ({user_id:String} = '' OR distinct_id = {user_id:String})
            AND ({session_id:String} = '' OR session_id = {session_id:String})
    ) AS events
