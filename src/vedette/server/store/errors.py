"""What can go wrong in the store, grouped by what the caller can do about it."""


class StoreError(Exception):
    """Base of all store errors."""


class StoreUnavailable(StoreError):
    """The engine cannot be reached or is shutting down. Retry later."""


class StoreFull(StoreError):
    """No room: queue, spool or disk. Retry later; `args[0]` says which."""


class InsertRejected(StoreError):
    """The engine refused this block of data; retrying the same bytes cannot help."""


class QueryFailed(StoreError):
    """The engine refused the query. `args[0]` is the engine's message."""


class QueryLimitExceeded(QueryFailed):
    """The query ran into a time, memory or row limit; narrowing it can help."""


class MigrationError(StoreError):
    """The stored schema and the program's schema do not fit together."""
