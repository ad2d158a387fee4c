"""Invitations, roles, and the admin that must remain."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.server.features.projects.conftest import Browser

NewBrowser = Callable[[], Browser]
Join = Callable[..., Browser]


def member_id(admin: Browser, email: str) -> int:
    return int(next(row["id"] for row in admin.call("GET", "/members").json() if row["email"] == email))


def test_an_invitation_works_once_for_its_address(admin: Browser, new_browser: NewBrowser) -> None:
    answer = admin.call("POST", "/members", json={"email": "Alan@Example.com", "role": "member"}).json()
    assert answer["email"] == "alan@example.com"
    url = answer["invite_url"]
    state = new_browser().call("GET", "/auth/setup", params={"token": url.partition("token=")[2]})
    assert state.json() == {"valid": True, "email": "alan@example.com"}
    assert new_browser().accept(url, "mallory@example.com").status_code == 400
    assert new_browser().accept(url, "alan@example.com", password="short").status_code == 400
    joined = new_browser()
    assert joined.accept(url, "alan@example.com").status_code == 200
    assert joined.me["user"]["role"] == "member"
    assert new_browser().accept(url, "alan@example.com").status_code == 403
    again = admin.call("POST", "/members", json={"email": "alan@example.com", "role": "admin"})
    assert again.status_code == 409


def test_a_second_invitation_ends_the_first(admin: Browser, new_browser: NewBrowser) -> None:
    first, second = (
        admin.call("POST", "/members", json={"email": "twice@example.com", "role": role}).json()["invite_url"]
        for role in ("admin", "viewer")
    )
    assert new_browser().accept(first, "twice@example.com").status_code == 403
    assert new_browser().accept(second, "twice@example.com").json()["user"]["role"] == "viewer"


def at_once(*calls: Callable[[], int]) -> list[int]:
    with ThreadPoolExecutor(len(calls)) as pool:
        return sorted(future.result() for future in [pool.submit(call) for call in calls])


def test_of_many_uses_of_a_link_at_once_one_wins(admin: Browser, new_browser: NewBrowser) -> None:
    url = admin.call("POST", "/members", json={"email": "race@example.com", "role": "viewer"}).json()["invite_url"]
    browsers = [new_browser() for _ in range(6)]
    statuses = at_once(*(lambda b=b: b.accept(url, "race@example.com").status_code for b in browsers))
    assert statuses[0] == 200
    assert set(statuses[1:]) <= {403, 409}


def test_two_admins_cannot_demote_each_other_at_once(admin: Browser, join: Join) -> None:
    other = join("other-admin@example.com", "admin")
    ids = [member_id(admin, email) for email in ("ada@example.com", "other-admin@example.com")]

    def demote(by: Browser, whom: int) -> int:
        return by.call("PATCH", f"/members/{whom}", json={"role": "viewer"}).status_code

    statuses = at_once(lambda: demote(admin, ids[1]), lambda: demote(other, ids[0]))
    roles = [row["role"] for row in admin.call("GET", "/members").json() if row["id"] in ids]
    assert "admin" in roles, statuses
    if roles[0] != "admin":  # the tests after this one need Ada
        assert other.call("PATCH", f"/members/{ids[0]}", json={"role": "admin"}).status_code == 200
    admin.call("PATCH", f"/members/{ids[1]}", json={"role": "viewer"})


@pytest.mark.parametrize("role", ["viewer", "member"])
def test_only_an_admin_manages(join: Join, role: str) -> None:
    someone = join(f"just-{role}@example.com", role)
    for method, path, body in [
        ("POST", "/projects", {"name": "x"}),
        ("PATCH", "/projects/1", {"name": "x"}),
        ("DELETE", "/projects/1", None),
        ("POST", "/projects/1/keys", {}),
        ("DELETE", "/projects/1/keys/1", None),
        ("GET", "/tokens", None),
        ("POST", "/tokens", {"name": "x"}),
        ("DELETE", "/tokens/1", None),
        ("POST", "/members", {"email": "x@example.com"}),
        ("PATCH", "/members/1", {"role": "viewer"}),
        ("DELETE", "/members/1", None),
    ]:
        answer = someone.call(method, path, json=body)
        assert answer.status_code == 403, (method, path, answer.text)
    for path in ("/projects", "/projects/1", "/projects/1/keys", "/projects/1/connect", "/members"):
        assert someone.call("GET", path).status_code == 200, path


def test_a_role_counts_from_the_next_request(admin: Browser, join: Join) -> None:
    someone = join("riser@example.com", "viewer")
    assert someone.call("GET", "/tokens").status_code == 403
    changed = admin.call("PATCH", f"/members/{member_id(admin, 'riser@example.com')}", json={"role": "admin"})
    assert changed.json()["role"] == "admin"
    assert someone.call("GET", "/tokens").status_code == 200
    assert admin.call("PATCH", f"/members/{changed.json()['id']}", json={"role": "viewer"}).status_code == 200
    assert someone.call("GET", "/tokens").status_code == 403


def test_the_last_admin_stays(admin: Browser) -> None:
    me = member_id(admin, "ada@example.com")
    assert admin.call("DELETE", f"/members/{me}").status_code == 409
    assert admin.call("PATCH", f"/members/{me}", json={"role": "member"}).status_code == 409
    assert admin.call("PATCH", f"/members/{me}", json={"name": "Ada L."}).json()["name"] == "Ada L."


def test_a_removed_member_is_out_at_once(admin: Browser, join: Join, new_browser: NewBrowser) -> None:
    someone = join("leaver@example.com", "member")
    assert admin.call("DELETE", f"/members/{member_id(admin, 'leaver@example.com')}").status_code == 204
    assert someone.call("GET", "/auth/me").status_code == 401
    assert new_browser().login("leaver@example.com").status_code == 401


@pytest.mark.parametrize("path", ["/members/0", "/members/999", "/members/99999999999999999999", "/members/x"])
def test_no_such_member(admin: Browser, path: str) -> None:
    assert admin.call("DELETE", path).status_code in (400, 404)
