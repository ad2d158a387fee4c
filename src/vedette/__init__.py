"""vedette: know what is happening before your users tell you.

The SDK's public names will live here; the server is `vedette.server`, started by the `vedette` command.
"""

__version__ = "0.1.0"
