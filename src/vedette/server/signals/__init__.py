"""One folder per signal: it owns a ClickHouse table family and the questions asked of it.

`schema.sql` is the table, each question is one `.sql` file with a function of the same name in `queries.py`,
and `routes.py` serves them under `/api/v1/projects/{project_id}/`. A signal knows nothing of protocols above it
and nothing of its neighbours.
"""
