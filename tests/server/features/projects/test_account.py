"""Set-up by link, login, sessions, CSRF, passwords."""

import time
from collections.abc import Callable

import httpx
import pytest

from tests.conftest import RunningServer
from tests.server.features.projects.conftest import PASSWORD, Browser

NewBrowser = Callable[[], Browser]
Join = Callable[..., Browser]


def test_the_setup_link_makes_one_admin_once(admin: Browser, new_browser: NewBrowser, setup_url: str) -> None:
    assert admin.me["user"]["role"] == "admin"
    assert admin.me["user"]["email"] == "ada@example.com"
    assert [project["id"] for project in admin.me["projects"]] == [1]
    token = setup_url.partition("token=")[2]
    state = new_browser().call("GET", "/auth/setup", params={"token": token})
    assert state.json() == {"valid": False, "email": None}
    again = new_browser().accept(setup_url, "eve@example.com")
    assert again.status_code == 403
    assert "set-cookie" not in again.headers


def test_a_wrong_setup_token_is_worth_nothing(new_browser: NewBrowser, admin: Browser) -> None:
    assert new_browser().accept("?token=guess", "eve@example.com").status_code == 403


def test_login_and_me(admin: Browser, new_browser: NewBrowser) -> None:
    browser = new_browser()
    answer = browser.login(" ADA@example.com ")
    assert answer.status_code == 200
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Path=/" in cookie
    me = browser.call("GET", "/auth/me").json()
    assert me == browser.me
    assert me["csrf_token"] != admin.me["csrf_token"]
    assert me["organisation"]["name"] == "My company"


def test_wrong_password_and_unknown_user_look_alike_and_take_as_long(admin: Browser, new_browser: NewBrowser) -> None:
    answers, seconds = [], []
    for email in ("ada@example.com", "nobody@example.com"):
        started = time.perf_counter()
        answers.append(new_browser().login(email, "wrong"))
        seconds.append(time.perf_counter() - started)
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].json() == answers[1].json()
    assert min(seconds) > max(seconds) / 10, "an unknown user must cost a hash too"


def test_without_login_there_is_nothing(office: RunningServer) -> None:
    for path in ("/auth/me", "/projects", "/projects/1", "/projects/1/connect", "/tokens", "/members"):
        answer = httpx.get(f"{office.url}/api/v1{path}")
        assert answer.status_code == 401, path
        assert answer.json()["error"]["code"] == "unauthorized"


def test_a_change_needs_the_csrf_token(admin: Browser) -> None:
    for token in ("", "wrong", "ünicode"):
        answer = admin.call("POST", "/projects", json={"name": "x"}, headers={"x-csrf-token": token.encode()})
        assert answer.status_code == 403, token
        assert "X-CSRF-Token" in answer.json()["error"]["message"]


def test_one_sessions_csrf_token_is_no_good_in_another(admin: Browser, new_browser: NewBrowser) -> None:
    other = new_browser()
    other.login("ada@example.com")
    answer = other.call("POST", "/projects", json={"name": "x"}, headers={"x-csrf-token": admin.me["csrf_token"]})
    assert answer.status_code == 403


def test_login_ignores_a_planted_session(admin: Browser, new_browser: NewBrowser) -> None:
    browser = new_browser()
    browser.http.cookies.set("vedette_session", "planted-by-someone-else")
    answer = browser.login("ada@example.com")
    assert "planted" not in answer.headers["set-cookie"]
    planted = new_browser()
    planted.http.cookies.set("vedette_session", "planted-by-someone-else")
    assert planted.call("GET", "/auth/me").status_code == 401


def test_a_second_login_ends_the_browsers_first_session(admin: Browser, new_browser: NewBrowser) -> None:
    browser = new_browser()
    browser.login("ada@example.com")
    first = browser.http.cookies["vedette_session"]
    browser.login("ada@example.com")
    old = new_browser()
    old.http.cookies.set("vedette_session", first)
    assert old.call("GET", "/auth/me").status_code == 401


def test_logout_ends_the_session_on_the_server_too(admin: Browser, new_browser: NewBrowser) -> None:
    browser = new_browser()
    browser.login("ada@example.com")
    cookie = browser.http.cookies["vedette_session"]
    assert browser.call("POST", "/auth/logout").status_code == 204
    copied = new_browser()
    copied.http.cookies.set("vedette_session", cookie)
    assert copied.call("GET", "/auth/me").status_code == 401


def test_a_new_password_ends_the_other_sessions(join: Join, new_browser: NewBrowser) -> None:
    here = join("grace@example.com", "member")
    elsewhere = new_browser()
    elsewhere.login("grace@example.com")
    wrong = here.call("POST", "/auth/password", json={"current": "wrong", "new": "another long one"})
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (403, "wrong_password")
    short = here.call("POST", "/auth/password", json={"current": PASSWORD, "new": "short"})
    assert short.status_code == 400
    changed = here.call("POST", "/auth/password", json={"current": PASSWORD, "new": "another long one"})
    assert changed.status_code == 204
    assert here.call("GET", "/auth/me").status_code == 200
    assert elsewhere.call("GET", "/auth/me").status_code == 401
    assert new_browser().login("grace@example.com").status_code == 401
    assert new_browser().login("grace@example.com", "another long one").status_code == 200


def test_guessing_is_slowed_down_per_address(join: Join, new_browser: NewBrowser) -> None:
    join("victim@example.com", "viewer")
    answers = [new_browser().login("victim@example.com", f"guess {n}") for n in range(12)]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429] * 2
    assert 0 < int(answers[-1].headers["retry-after"]) <= 15 * 60
    assert new_browser().login("victim@example.com").status_code == 429, "nor does the right one help now"
    assert new_browser().login("ada@example.com").status_code == 200, "others are not held up"


@pytest.mark.parametrize("email", ["", "no-at-sign", "a@b c", "x" * 300 + "@example.com"])
def test_an_address_must_look_like_one(admin: Browser, email: str) -> None:
    assert admin.call("POST", "/members", json={"email": email}).status_code == 400
