"""What else happened around one occurrence of an error: its trace, logs, the user, what they did and met."""

from vedette.server.features.issues.around.join import around

__all__ = ["around"]
