"""The store: the one place that talks to ClickHouse, embedded or a server, and the only import of its driver.

- `dsn`        where the store is
- `engine`     options, settings and error codes of ClickHouse
- `client`     a bounded pool of handles, queries and raw inserts
- `inbound`    what travels to the store
- `commit`     group commit: requests that arrive together share one fsynced insert
- `spool`      acknowledged data on disk while a remote store is unreachable
- `records`    how blocks stand in its files
- `retries`    a client's retry after a crash counts once
- `disk`       refuses data while there is still disk to work with
- `retention`  forgets old data, by age and by bytes
- `telemetry`  all of it, composed from the settings
- `migrate`    schema files → tables, the same text on one machine and on a cluster
- `filters`    the API's filters → bound SQL conditions
- `sql`        loads the `.sql` files that sit beside the functions that run them
"""
