"""People who use a server of this folder's own, so that logins and last admins are nobody else's."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tests.conftest import RunningServer, start_server

PASSWORD = "correct horse battery"


@dataclass
class Browser:
    """A logged-in browser: keeps the cookie and sends the CSRF token."""

    http: httpx.Client
    me: dict[str, Any] = field(default_factory=dict)

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"x-csrf-token": self.me.get("csrf_token", ""), **options.pop("headers", {})}
        return self.http.request(method, f"/api/v1{path}", headers=headers, **options)

    def login(self, email: str, password: str = PASSWORD) -> httpx.Response:
        answer = self.call("POST", "/auth/login", json={"email": email, "password": password})
        if answer.status_code == 200:
            self.me = answer.json()
        return answer

    def accept(self, url: str, email: str, *, name: str = "Some One", password: str = PASSWORD) -> httpx.Response:
        """Open a set-up link or invitation."""
        token = url.partition("token=")[2]
        form = {"token": token, "email": email, "name": name, "password": password}
        answer = self.call("POST", "/auth/setup", json=form)
        if answer.status_code == 200:
            self.me = answer.json()
        return answer


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server whose users are ours alone."""
    running = start_server(tmp_path_factory.mktemp("office"))
    yield running
    running.terminate()


@pytest.fixture(scope="session")
def new_browser(office: RunningServer) -> Iterator[Callable[[], Browser]]:
    clients = []

    def make() -> Browser:
        clients.append(httpx.Client(base_url=office.url, timeout=30))
        return Browser(clients[-1])

    yield make
    for client in clients:
        client.close()


@pytest.fixture(scope="session")
def setup_url(office: RunningServer) -> str:
    """The link that the server printed when it started."""
    found = re.search(r"http\S+/setup\?token=\S+", office.log.read_text())
    assert found
    return found[0]


@pytest.fixture(scope="session")
def admin(new_browser: Callable[[], Browser], setup_url: str) -> Browser:
    """The first user, made by the set-up link."""
    browser = new_browser()
    answer = browser.accept(setup_url, "ada@example.com", name="Ada")
    assert answer.status_code == 200, answer.text
    return browser


@pytest.fixture
def join(admin: Browser, new_browser: Callable[[], Browser]) -> Callable[..., Browser]:
    """Invite someone in a role and accept."""

    def make(email: str, role: str) -> Browser:
        invitation = admin.call("POST", "/members", json={"email": email, "role": role})
        assert invitation.status_code == 201, invitation.text
        browser = new_browser()
        answer = browser.accept(invitation.json()["invite_url"], email)
        assert answer.status_code == 200, answer.text
        return browser

    return make
