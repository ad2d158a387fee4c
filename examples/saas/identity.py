"""identity: accounts, log-in and invitations. Asks billing for everything about plans."""

import asyncio
import logging
import random
import time
import uuid
from typing import Any

import httpx
import sentry_sdk
from fastapi import HTTPException
from opentelemetry import metrics, trace
from pydantic import BaseModel

from saas import access, services, telemetry
from saas.database import Database

telemetry.setup("identity")
app = services.application("identity")
billing = services.client("billing", timeout_seconds=1.5)
log = logging.getLogger("saas.identity")
tracer = trace.get_tracer("saas.identity")
meter = metrics.get_meter("saas.identity")

signups = meter.create_counter("identity.signups", "{signup}", "Accounts created, by where they came from")
logins = meter.create_counter("identity.logins", "{login}", "Log-ins, by outcome")
hashing = meter.create_histogram("identity.password_hash.duration", "s", "Time to hash a password")

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


def active_users(_: metrics.CallbackOptions) -> list[metrics.Observation]:
    """Users seen in the last five minutes."""
    found = database.connection.execute("SELECT count(*) FROM users WHERE seen > ?", (time.time() - 300,))
    return [metrics.Observation(found.fetchone()[0])]


meter.create_observable_gauge("identity.users.active", [active_users], "{user}", "Seen in the last 5 minutes")


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
        log.warning("sign-up refused, address taken", extra={"email_domain": form.email.split("@")[1]})
        raise HTTPException(409, "there is an account with this address")
    user_id = f"usr_{uuid.uuid4().hex[:12]}"
    organization_id = await _organization_of(form)
    telemetry.identify(user_id, organization_id)
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
        telemetry.describe_organization(organization_id, {"name": form.company, "plan": "free"})
    telemetry.track("signed_up", {"source": form.source, "invited": bool(form.invitation), "plan": "free"})
    signups.add(1, {"source": form.source})
    log.info("user signed up", extra={"source": form.source, "invited": bool(form.invitation)})
    user = access.User(user_id, organization_id)
    return {"id": user_id, "organization_id": organization_id, "token": access.issue_token(user)}


@app.post("/login")
async def log_in(form: Login) -> dict[str, Any]:
    """Check the password and tell the plan. Without billing it still works, only the plan is unknown."""
    row = await database.one("SELECT id, name, organization_id FROM users WHERE email = ?", form.email)
    if not row:
        logins.add(1, {"outcome": "unknown"})
        log.warning("log-in refused, no such account")
        raise HTTPException(401, "wrong address or password")
    user = access.User(row["id"], row["organization_id"])
    telemetry.identify(user.id, user.organization_id)
    await _hash_password()
    await database.query("UPDATE users SET seen = ? WHERE id = ?", time.time(), user.id)
    plan = await _plan_of(user)
    known = {"plan": plan} if plan != "unknown" else {}
    telemetry.track("logged_in", {"plan": plan, "$set": {"email": form.email, "name": row["name"], **known}})
    logins.add(1, {"outcome": "ok"})
    log.info("user logged in", extra={"plan": plan})
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
    telemetry.track("invite_sent", {"email_domain": form.email.split("@")[1]})
    log.info("invitation sent", extra={"invitation": code})
    return {"invitation": code}


@app.post("/accounts", dependencies=access.INTERNAL)
async def import_accounts(accounts: list[Account]) -> dict[str, int]:
    """Take over accounts from another system; those we know stay as they are."""
    rows = [(a.id, a.email, a.name, a.organization_id, 0.0) for a in accounts]
    database.connection.executemany("INSERT OR IGNORE INTO users VALUES (?, ?, ?, ?, ?)", rows)
    customers = [{"organization_id": account.organization_id, "plan": account.plan} for account in accounts]
    answer = await billing.post("/customers/import", json=customers, timeout=10)
    answer.raise_for_status()
    log.info("accounts imported", extra={"accounts": len(accounts)})
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
    started = time.perf_counter()
    with tracer.start_as_current_span("hash password"):
        await asyncio.sleep(random.gauss(0.05, 0.005))  # argon2 would do this for real
    hashing.record(time.perf_counter() - started)


async def _plan_of(user: access.User) -> str:
    try:
        answer = await billing.get(f"/subscriptions/{user.organization_id}")
        answer.raise_for_status()
    except httpx.TimeoutException as error:
        # Handled: log-in goes on. Still an error to look at, so Sentry gets to know.
        sentry_sdk.capture_exception(error)
        log.error("billing did not answer in time, log-in goes on without plan", exc_info=True)
        return "unknown"
    return str(answer.json()["plan"])
