"""Prometheus remote write, 1.0 and 2.0.

https://prometheus.io/docs/specs/prw/remote_write_spec/ and
https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/
"""

from vedette.server.protocols.prometheus.routes import routes

__all__ = ["routes"]
