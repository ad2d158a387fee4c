"""Where the store is: the embedded engine in a folder, a ClickHouse server, or a cluster."""

from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass(frozen=True, slots=True)
class Dsn:
    """A parsed store DSN. `path` is set for the embedded engine, `hosts` for a server."""

    path: str = ""
    hosts: tuple[tuple[str, int], ...] = ()
    user: str = "default"
    password: str = ""
    database: str = "default"
    cluster: str = ""
    secure: bool = False

    @property
    def embedded(self) -> bool:
        """Whether the engine lives in this process."""
        return bool(self.path)

    @classmethod
    def parse(cls, dsn: str) -> "Dsn":
        """Read `chdb:///dir` or `clickhouse[s]://user:pw@host:8123,host2:8123/database?cluster=NAME`."""
        scheme, _, rest = dsn.partition("://")
        if scheme == "chdb":
            return cls(path=rest)
        if scheme not in ("clickhouse", "clickhouses"):
            raise ValueError(f"store DSN must start with chdb:// or clickhouse://, got {dsn!r}")
        secure = scheme == "clickhouses"
        parts = urlsplit(f"//{rest}")
        credentials, _, host_list = parts.netloc.rpartition("@")
        user, _, password = credentials.partition(":")
        hosts = []
        for entry in host_list.split(","):
            host, _, port = entry.partition(":")
            hosts.append((host, int(port) if port else (8443 if secure else 8123)))
        query = parse_qs(parts.query)
        return cls(
            hosts=tuple(hosts),
            user=unquote(user) or "default",
            password=unquote(password),
            database=parts.path.strip("/") or "default",
            cluster=query.get("cluster", [""])[0],
            secure=secure,
        )

    def local_table(self, table: str) -> str:
        """The table that holds rows on each host: on a cluster, `table` itself is only the view over all shards."""
        return f"{table}_local" if self.cluster else table
