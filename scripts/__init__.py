"""Programs for developers: `make docs` and what the Makefile needs."""
