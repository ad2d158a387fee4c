"""`vedette demo`: the example SaaS, with its simulated users, sending to a running server.

The example itself is `examples/saas` in a checkout, and travels inside the wheel as the folder `saas` beside this
file. It runs in processes of its own and knows nothing of vedette: it only gets the official SDKs' environment
variables.
"""

from vedette.server.demo.supervisor import DemoUnavailable, run, supervise

__all__ = ["DemoUnavailable", "run", "supervise"]
