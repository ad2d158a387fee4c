"""`python -m tests.cluster`: run a cluster until Ctrl-C and print its DSN."""

import signal
import tempfile
from contextlib import suppress
from pathlib import Path

from tests.cluster.cluster import Cluster

with tempfile.TemporaryDirectory() as folder, Cluster(Path(folder)) as cluster:
    print(cluster.dsn(), flush=True)
    with suppress(KeyboardInterrupt):
        signal.pause()
