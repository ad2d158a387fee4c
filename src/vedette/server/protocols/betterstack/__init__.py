"""Better Stack (Logtail) logs: what `logtail-python`, Vector and `curl` send to `https://HOST/`.

https://betterstack.com/docs/logs/ingesting-data/http/logs/
"""

from vedette.server.protocols.betterstack.routes import routes

__all__ = ["routes"]
