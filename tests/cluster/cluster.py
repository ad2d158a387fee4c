"""Start, kill and restart the nodes of a sharded ClickHouse cluster on loopback ports."""

import http.client
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from tests.cluster.library import library

NAME = "pair"
CONFIG = """<clickhouse>
  <logger><level>warning</level><log>{folder}/server.log</log></logger>
  <mark_cache_size>67108864</mark_cache_size>
  <remote_servers><{name}>{shards}</{name}></remote_servers>
</clickhouse>
"""
SHARD = "<shard><replica><host>127.0.0.1</host><port>{port}</port></replica></shard>"


@dataclass
class Node:
    """One ClickHouse server: its process can be killed and started again on the same data."""

    folder: Path
    config: Path
    http_port: int
    tcp_port: int
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start the process if it does not run; `wait` says when it answers."""
        if self.process is not None:
            return
        program = Path(__file__).with_name("node.py")
        arguments = (library(), self.config, self.folder, self.http_port, self.tcp_port)
        with (self.folder / "output.log").open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, str(program), *map(str, arguments)],
                cwd=self.folder,  # the engine keeps small files in its working directory
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    def wait(self, *, seconds: float = 30) -> None:
        """Return once the node answers over HTTP."""
        deadline = time.monotonic() + seconds
        while not self._answers():
            if self.process is None or self.process.poll() is not None or time.monotonic() > deadline:
                log = (self.folder / "output.log").read_text(errors="replace")
                raise RuntimeError(f"ClickHouse on port {self.http_port} did not start:\n{log[-2000:]}")
            time.sleep(0.03)

    def kill(self) -> None:
        """SIGKILL, as when the machine dies. Data already written stays."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def freeze(self) -> None:
        """Stop answering without closing connections, as when the network is cut."""
        if self.process is not None:
            self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Undo `freeze`."""
        if self.process is not None:
            self.process.send_signal(signal.SIGCONT)

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.http_port, timeout=2)
        try:
            connection.request("GET", "/ping")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


class Cluster:
    """`shards` nodes under one folder. Use as a context manager; starts in about a second."""

    def __init__(self, folder: Path, *, shards: int = 2) -> None:
        ports = free_ports(2 * shards)
        folder.mkdir(parents=True, exist_ok=True)
        self.nodes: list[Node] = []
        addresses = "".join(SHARD.format(port=port) for port in ports[shards:])
        for number in range(shards):
            home = folder / f"node{number + 1}"
            home.mkdir(exist_ok=True)
            config = home / "config.xml"
            config.write_text(CONFIG.format(folder=home, name=NAME, shards=addresses))
            self.nodes.append(Node(home / "data", config, ports[number], ports[shards + number]))
            self.nodes[-1].folder.mkdir(exist_ok=True)

    def dsn(self, database: str = "vedette") -> str:
        """The store DSN that names every node."""
        hosts = ",".join(f"127.0.0.1:{node.http_port}" for node in self.nodes)
        return f"clickhouse://{hosts}/{database}?cluster={NAME}"

    def start(self) -> None:
        """Start every node that is down and wait until all answer."""
        for node in self.nodes:
            node.start()
        for node in self.nodes:
            node.wait()

    def kill(self) -> None:
        """SIGKILL every node."""
        for node in self.nodes:
            node.kill()

    def __enter__(self) -> "Cluster":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()


def free_ports(count: int) -> list[int]:
    """Ports that were free a moment ago, all different."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for sock in sockets:
            sock.bind(("127.0.0.1", 0))
        return [int(sock.getsockname()[1]) for sock in sockets]
    finally:
        for sock in sockets:
            sock.close()
