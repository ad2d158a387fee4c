"""What all protocols and the API share: keys, bodies, decompression, outcomes, errors → responses, access.

- `errors`    what can be wrong with a request, as types
- `body`      read and decompress a body within hard limits
- `keys`      ingest key → project, in memory
- `ingest`    the frame around every ingest handler: CORS, errors, counting
- `outcomes`  what happened to every item received
- `access`    who may use the read API, and in which role
- `attempts`  a limit on attempts per key
"""
