"""The store: the one place that talks to ClickHouse, embedded or a server, and the only import of its driver.

- `client`   a bounded pool of handles, queries and raw inserts
- `commit`   group commit: requests that arrive together share one fsynced insert
- `migrate`  schema files → tables, the same text on one machine and on a cluster
- `filters`  the API's filters → bound SQL conditions
- `sql`      loads the `.sql` files that sit beside the functions that run them
"""
