"""Logs: structlog for those who write them, a bridge for the standard library's, one way out for both."""
