"""`vedette keys --json | python -m vedette.server.demo [--backfill]`: the demo against a server that runs already."""

import argparse
import json
import sys

from vedette.server.demo import DemoUnavailable, run


def main() -> None:
    """Read where to send to from standard input, and run until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backfill", action="store_true", help="send thirty days of past first")
    parser.add_argument("--rate", type=float, default=4.0, help="user actions a second (default: 4)")
    options = parser.parse_args()
    try:
        run(json.load(sys.stdin), backfill=options.backfill, rate=options.rate)
    except DemoUnavailable as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
