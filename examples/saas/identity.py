"""identity: accounts, log-in and invitations. Asks billing for everything about plans."""

import asyncio
import random
import time
import uuid
from typing import Any

import httpx
from fastapi import HTTPException
from pydantic import BaseModel

import vedette
from saas import access, events, plans, services
from saas.database import Database

app = services.application("identity")
billing = services.client("billing", timeout_seconds=1.5)
log = vedette.get_logger()
database = Database(
    "identity",
    """
    CREATE TABLE IF NOT EXISTS users (
        id TEXT PRIMARY KEY, email TEXT UNIQUE, name TEXT, organization_id TEXT, seen REAL
    );
    CREATE TABLE IF NOT EXISTS organizations (id TEXT PRIMARY KEY, name TEXT);
    CREATE TABLE IF NOT EXISTS invitations (code TEXT PRIMARY KEY, email TEXT, organization_id TEXT, invited_by TEXT);
    """,
)


class Signup(BaseModel):
    email: str
    name: str
    company: str
    source: str = "direct"
    invitation: str = ""


class Login(BaseModel):
    email: str


class Account(BaseModel):
    id: str
    email: str
    name: str
    organization_id: str
    plan: str = "free"


@app.post("/signup", status_code=201)
async def sign_up(form: Signup) -> dict[str, Any]:
    """Create a user, and an organisation unless they were invited to one."""
    if await database.one("SELECT id FROM users WHERE email = ?", form.email):
        log.warning("sign-up refused, address taken", email_domain=form.email.split("@")[1])
        raise HTTPException(409, "there is an account with this address")
    user_id = f"usr_{uuid.uuid4().hex[:12]}"
    organization_id = await _organization_of(form)
    user = access.User(user_id, organization_id)
    access.identify(user, email=form.email, name=form.name, company=form.company, **plans.traits("free"))
    await _hash_password()
    await database.query(
        "INSERT INTO users VALUES (?, ?, ?, ?, ?)",
        user_id,
        form.email,
        form.name,
        organization_id,
        time.time(),
    )
    if not form.invitation:
        answer = await billing.post("/customers", json={"organization_id": organization_id, "plan": "free"})
        answer.raise_for_status()
        vedette.group("organization", organization_id, {"name": form.company, **plans.traits("free")})
        vedette.track(events.AccountCreated(organization_id=organization_id))
    else:
        vedette.track(events.InviteAccepted(organization_id=organization_id))
    vedette.track(events.SignedUp(source=form.source, invited=bool(form.invitation)))
    vedette.count("identity.signups", source=form.source)
    _measure_active_users()
    log.info("user signed up", source=form.source, invited=bool(form.invitation))
    return {"id": user_id, "organization_id": organization_id, "token": access.issue_token(user)}


@app.post("/login")
async def log_in(form: Login) -> dict[str, Any]:
    """Check the password and tell the plan. Without billing it still works, only the plan is unknown."""
    row = await database.one("SELECT id, name, organization_id FROM users WHERE email = ?", form.email)
    if not row:
        vedette.count("identity.logins", outcome="unknown")
        log.warning("log-in refused, no such account")
        raise HTTPException(401, "wrong address or password")
    user = access.User(row["id"], row["organization_id"])
    access.identify(user)
    await _hash_password()
    await database.query("UPDATE users SET seen = ? WHERE id = ?", time.time(), user.id)
    plan = await _plan_of(user)
    known = plans.traits(plan) if plan != "unknown" else {}
    access.identify(user, email=form.email, name=row["name"], **known)
    vedette.track(events.LoggedIn(plan=plan))
    vedette.count("identity.logins", outcome="ok")
    _measure_active_users()
    log.info("user logged in", plan=plan)
    return {
        "id": user.id,
        "organization_id": user.organization_id,
        "plan": plan,
        "token": access.issue_token(user),
    }


@app.post("/invitations", status_code=201)
async def invite(form: Login, user: access.CurrentUser) -> dict[str, str]:
    """Invite somebody to the user's organisation."""
    code = uuid.uuid4().hex[:10]
    await database.query("INSERT INTO invitations VALUES (?, ?, ?, ?)", code, form.email, user.organization_id, user.id)
    vedette.track(events.UserInvited(organization_id=user.organization_id, email=form.email))
    log.info("invitation sent", invitation=code)
    return {"invitation": code}


@app.post("/accounts", dependencies=access.INTERNAL)
async def import_accounts(accounts: list[Account]) -> dict[str, int]:
    """Take over accounts from another system; those we know stay as they are."""
    rows = [(a.id, a.email, a.name, a.organization_id, 0.0) for a in accounts]
    database.connection.executemany("INSERT OR IGNORE INTO users VALUES (?, ?, ?, ?, ?)", rows)
    customers = [{"organization_id": account.organization_id, "plan": account.plan} for account in accounts]
    answer = await billing.post("/customers/import", json=customers, timeout=10)
    answer.raise_for_status()
    log.info("accounts imported", accounts=len(accounts))
    return {"accounts": len(accounts)}


async def _organization_of(form: Signup) -> str:
    if form.invitation:
        found = await database.one("SELECT organization_id FROM invitations WHERE code = ?", form.invitation)
        if not found:
            raise HTTPException(404, "this invitation is not valid any more")
        await database.query("DELETE FROM invitations WHERE code = ?", form.invitation)
        return str(found["organization_id"])
    organization_id = f"org_{uuid.uuid4().hex[:10]}"
    await database.query("INSERT INTO organizations VALUES (?, ?)", organization_id, form.company)
    return organization_id


async def _hash_password() -> None:
    with vedette.span("hash password"), vedette.timing("identity.password_hash.duration"):
        await asyncio.sleep(random.gauss(0.05, 0.005))  # argon2 would do this for real


def _measure_active_users() -> None:
    found = database.connection.execute("SELECT count(*) FROM users WHERE seen > ?", (time.time() - 300,))
    vedette.gauge("identity.users.active", found.fetchone()[0])


async def _plan_of(user: access.User) -> str:
    try:
        answer = await billing.get(f"/subscriptions/{user.organization_id}")
        answer.raise_for_status()
    except httpx.TimeoutException:
        # Handled: log-in goes on. Still an error to look at: a line with an exception is one.
        log.exception("billing did not answer in time, log-in goes on without plan")
        return "unknown"
    return str(answer.json()["plan"])
