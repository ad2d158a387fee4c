"""`vedette demo`: the example SaaS, with its simulated users, sending to a running server.

The example itself is `examples/saas` in a checkout, and travels inside the wheel as the folder `saas` beside this
file. It runs in processes of its own, with vedette's SDK, and knows of the server what any application knows: a DSN.
"""

from vedette.server.demo.supervisor import DemoUnavailable, run, supervise

__all__ = ["DemoUnavailable", "run", "supervise"]
