"""A port of its own for Prometheus to scrape, where the application serves no HTTP or should not show its metrics."""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def serve(address: tuple[str, int], answer: Callable[[str], tuple[str, bytes]]) -> int:
    """Answer scrapes at any path from a daemon thread, for as long as the process lives. Returns the port.

    Raises:
        OSError: the port is taken.
    """

    class Scrape(BaseHTTPRequestHandler):
        """One scrape. `answer` makes (content type, body) of what the client accepts."""

        def do_GET(self) -> None:
            content_type, body = answer(self.headers.get("accept", ""))
            self.send_response(200)
            self.send_header("content-type", content_type)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass  # a scrape is not worth a line

    server = ThreadingHTTPServer(address, Scrape)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="vedette-prometheus", daemon=True).start()
    return int(server.server_address[1])
