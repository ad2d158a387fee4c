"""What people decided, as opposed to what machines sent: projects, keys, users, rules.

SQLAlchemy over SQLite in the data directory, or PostgreSQL by URL; migrations by Alembic, run at start.
"""
