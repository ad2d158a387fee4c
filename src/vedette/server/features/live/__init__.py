"""What arrives, while it arrives.

- `hub`  a poller a watched project, a queue a viewer
"""

from vedette.server.features.live.routes import router, running, stopping

__all__ = ["router", "running", "stopping"]
