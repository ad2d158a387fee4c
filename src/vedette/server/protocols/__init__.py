"""One folder per wire protocol: bytes in, rows in the signal tables out.

A protocol has `routes(ingest) -> list[Route]`. Where the engine can parse the wire format itself, the folder's
`schema.sql` has an `ENGINE = Null` inbound table that mirrors the message and a materialized view that maps it
onto a signal table; Python then only authenticates, limits, decompresses and validates. A protocol knows the
signal tables by name and nothing of the code that reads them, and nothing of its neighbours.
"""
