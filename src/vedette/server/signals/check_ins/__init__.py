"""The `check_ins` signal: runs of cron monitors."""

from vedette.server.signals.check_ins.routes import router

__all__ = ["router"]
