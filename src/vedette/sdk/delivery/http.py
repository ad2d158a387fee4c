"""Post a batch and read the answer. Imported in the lanes' threads only: urllib3 takes a while to load."""

import encodings.idna  # noqa: F401 — what connecting to a name loads, which a fork must not interrupt
import gzip
import threading
import time
import urllib.request
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin, urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from vedette import __version__
from vedette.sdk.delivery import forks
from vedette.sdk.delivery.lane import Delivered, HttpLane, Refused, Response, Retry, Split, Verdict
from vedette.sdk.delivery.retry import retry_after
from vedette.sdk.guard import failed

_MOST_ANSWER_BYTES = 64 << 10
_MOST_REDIRECTS = 3
_CONNECT_SECONDS = 5.0
_NOT_ITS_ITEMS = frozenset({401, 402, 403, 404, 405, 407, 410, 415})  # refused whatever is in the batch
_TAKES_NOTHING = frozenset({502, 503, 504})

_thread = threading.local()  # a pool of connections a thread: none is shared with a forked child or another lane


def post_batch(lane: HttpLane, items: Sequence[Any], timeout_seconds: float) -> Verdict:
    """Encode, compress, post, interpret. Raises what `lane.encode` raises; the network's errors are a `Retry`."""
    with forks.unforked:
        body = lane.encode(items)
    if len(body) > lane.max_bytes:
        return Split()
    headers = {"user-agent": f"vedette-python/{__version__}", "content-type": lane.content_type, **lane.headers}
    if lane.compress:
        headers["content-encoding"] = "gzip"
        body = gzip.compress(body, compresslevel=3, mtime=0)
    try:
        response = _post(lane.url, body, headers, time.monotonic() + timeout_seconds)
    except ValueError as error:  # of the URL, or of a header
        return Refused(f"cannot be sent: {error}", whole=True)
    except (HTTPError, OSError) as error:
        return Retry(f"{type(error).__name__}: {error}")
    if lane.interpret is not None:
        try:
            return lane.interpret(response)
        except Exception as error:  # the backend has answered all the same
            failed(f"reading the answer of {lane.target}", error)
    return by_status(response)


def by_status(response: Response) -> Verdict:
    """What an answer means where a protocol says nothing more: by its status alone."""
    status = response.status
    if 200 <= status < 300:
        return Delivered()
    if status == 413:
        return Split()
    reason = describe(response)
    if status in (408, 425, 429) or status >= 500:
        suspect = status >= 500 and status not in _TAKES_NOTHING
        return Retry(reason, retry_after(response.headers, time.time()), suspect=suspect)
    return Refused(reason, whole=status < 400 or status in _NOT_ITS_ITEMS)


def describe(response: Response) -> str:
    """The status and the beginning of the body, for people."""
    try:
        phrase = f"{response.status} {HTTPStatus(response.status).phrase}"
    except ValueError:
        phrase = str(response.status)
    if 300 <= response.status < 400:
        return f"{phrase}: to {response.headers.get('location', '?')}; set the URL that is meant"
    text = " ".join(response.body[:1000].decode("utf-8", "replace").split())
    return f"{phrase}: {text[:300]}" if text else phrase


def _post(url: str, body: bytes, headers: dict[str, str], deadline: float) -> Response:
    """POST, following a redirect that keeps the method (307, 308) within the same host: keys go nowhere else."""
    if urlsplit(url).scheme not in ("http", "https"):
        raise ValueError(f"not the URL of a backend: {url!r}")
    for _ in range(_MOST_REDIRECTS):
        response = _send(url, body, headers, deadline)
        target = urljoin(url, response.headers.get("location", ""))
        if response.status not in (307, 308) or not _same_place(url, target):
            break
        url = target
    return response


def _send(url: str, body: bytes, headers: dict[str, str], deadline: float) -> Response:
    left = max(0.05, deadline - time.monotonic())
    answer = _pool(url).request(
        "POST",
        url,
        body=body,
        headers=headers,
        timeout=urllib3.Timeout(total=left, connect=min(left, _CONNECT_SECONDS)),
        retries=False,
        redirect=False,
        preload_content=False,
    )
    try:
        content = _read(answer, deadline)
    except BaseException:
        answer.close()
        raise
    answer.release_conn()
    lower = {name.lower(): value for name, value in answer.headers.items()}
    return Response(answer.status, lower, content)


def _read(answer: urllib3.BaseHTTPResponse, deadline: float) -> bytes:
    """The answer's body, or its beginning. Raises TimeoutError when it comes too slowly."""
    content = b""
    while chunk := answer.read1(_MOST_ANSWER_BYTES, decode_content=True):
        content += chunk
        if len(content) >= _MOST_ANSWER_BYTES:
            answer.close()  # the connection is not worth the rest
            break
        if time.monotonic() > deadline:
            raise TimeoutError("the answer did not end in time")
    return content


def _same_place(url: str, target: str) -> bool:
    here, there = urlsplit(url), urlsplit(target)
    return here.hostname == there.hostname and not (here.scheme == "https" and there.scheme != "https")


def _pool(url: str) -> urllib3.PoolManager:
    """This thread's connections: through the proxy of the environment where there is one."""
    pools: dict[str, urllib3.PoolManager] = _thread.__dict__.setdefault("pools", {})
    parts = urlsplit(url)
    proxy = urllib.request.getproxies().get(parts.scheme, "")
    if proxy and urllib.request.proxy_bypass(parts.hostname or ""):
        proxy = ""
    if proxy not in pools:
        pools[proxy] = urllib3.ProxyManager(proxy, maxsize=1) if proxy else urllib3.PoolManager(maxsize=1)
    return pools[proxy]
