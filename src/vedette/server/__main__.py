"""`python -m vedette.server` is the `vedette` command."""

from vedette.server.cli import main

main()
