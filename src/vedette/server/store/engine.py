"""What we ask of ClickHouse, embedded or a server: options at open, settings of queries and inserts, error codes."""

from collections.abc import Mapping
from typing import Any

# https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/ErrorCodes.cpp
LIMIT_CODES = {
    158,  # TOO_MANY_ROWS
    159,  # TIMEOUT_EXCEEDED
    160,  # TOO_SLOW
    241,  # MEMORY_LIMIT_EXCEEDED
    307,  # TOO_MANY_BYTES
    396,  # TOO_MANY_ROWS_OR_BYTES
}
DISK_FULL = 243  # NOT_ENOUGH_SPACE
UNAVAILABLE_CODES = {
    3,  # UNEXPECTED_END_OF_FILE
    60,  # UNKNOWN_TABLE: a host that has not been migrated yet
    81,  # UNKNOWN_DATABASE
    202,  # TOO_MANY_SIMULTANEOUS_QUERIES
    203,  # NO_FREE_CONNECTION
    209,  # SOCKET_TIMEOUT
    210,  # NETWORK_ERROR
    236,  # ABORTED: shutting down
    242,  # TABLE_IS_READ_ONLY
    DISK_FULL,
    252,  # TOO_MANY_PARTS
    279,  # ALL_CONNECTION_TRIES_FAILED
    285,  # TOO_FEW_LIVE_REPLICAS
    286,  # UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE
    319,  # UNKNOWN_STATUS_OF_INSERT
    394,  # QUERY_WAS_CANCELLED
    425,  # SYSTEM_ERROR
    439,  # CANNOT_SCHEDULE_TASK
    497,  # ACCESS_DENIED
    499,  # S3_ERROR
    516,  # AUTHENTICATION_FAILED
    745,  # SERVER_OVERLOADED
    999,  # KEEPER_EXCEPTION
}

# A small box is the normal case: the defaults take gigabytes for caches. Idle and open: 280 MB resident, of
# which 200 MB are the library's own pages.
ENGINE_OPTIONS: Mapping[str, Any] = {
    "mark_cache_size": 128 << 20,
    "primary_index_cache_size": 128 << 20,
    "index_mark_cache_size": 64 << 20,
    "text_index_tokens_cache_size": 32 << 20,
    "text_index_header_cache_size": 32 << 20,
    "text_index_postings_cache_size": 64 << 20,
    "query_condition_cache_size": 16 << 20,
    "compiled_expression_cache_size": 32 << 20,
    "max_thread_pool_size": 1000,
}

# One batch becomes one block and so one part a partition: it is stored whole or not at all, whatever its size.
ONE_BLOCK: Mapping[str, Any] = {
    "max_insert_block_size": 50_000_000,
    "min_insert_block_size_rows": 50_000_000,
    "min_insert_block_size_bytes": 4 << 30,
    "async_insert": 0,
    # What an insert runs is its tables' views, planned anew each time. Optimising those plans took a quarter of a
    # small metrics insert (84 → 62 CPU-ms) and compiling their expressions 3 ms; neither makes large ones cheaper.
    "query_plan_enable_optimizations": 0,
    "compile_expressions": 0,
}
# Nothing is ever repeated in the embedded engine, and two clients may well send the same bytes.
EMBEDDED_INSERT: Mapping[str, Any] = {**ONE_BLOCK, "deduplicate_insert": "disable"}
REMOTE_INSERT: Mapping[str, Any] = {
    **ONE_BLOCK,
    "distributed_foreground_insert": 1,  # answered when the rows are in every shard's table
    "deduplicate_blocks_in_dependent_materialized_views": 1,
}

READ_SETTINGS: Mapping[str, Any] = {
    "final": 1,  # ReplacingMergeTree tables: a retried item counts once, merged or not
    "do_not_merge_across_partitions_select_final": 1,
    "date_time_output_format": "iso",
    "output_format_json_quote_64bit_integers": 0,
    "output_format_json_quote_denormals": 0,
    "output_format_json_named_tuples_as_objects": 1,
    "output_format_json_escape_forward_slashes": 0,
    "json_type_escape_dots_in_keys": 1,
    "output_format_json_validate_utf8": 1,  # a client's log line may be any bytes; JSON may not
    "session_timezone": "UTC",
}
