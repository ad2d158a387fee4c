"""The program of one node: `node.py LIBRARY CONFIG FOLDER HTTP_PORT TCP_PORT`. Lives as long as its parent."""

import ctypes
import signal
import sys

PR_SET_PDEATHSIG = 1
# The servers listen for as long as a query runs; this one sleeps for about three years.
LISTEN = (
    "SYSTEM START LISTEN HTTP; SYSTEM START LISTEN TCP; "
    "SELECT sleepEachRow(1) FROM numbers(100000000) FORMAT Null "
    "SETTINGS max_block_size = 1, function_sleep_max_microseconds_per_block = 100000000000000"
)


def main(library: str, config: str, folder: str, http_port: str, tcp_port: str) -> None:
    """Run the server; returns only when it fails to start."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    arguments = [
        "clickhouse",
        f"--config-file={config}",
        f"--path={folder}",
        "--query",
        LISTEN,
        "--",
        f"--http_port={http_port}",
        f"--tcp_port={tcp_port}",
    ]
    encoded = (ctypes.c_char_p * len(arguments))(*[argument.encode() for argument in arguments])
    engine = ctypes.CDLL(library)
    engine.chdb_query_cmdline.restype = ctypes.c_void_p
    engine.chdb_query_cmdline(len(arguments), encoded)


if __name__ == "__main__":
    main(*sys.argv[1:])
