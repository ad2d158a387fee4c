"""billing: plans, payments and invoices. Tells workflows how much a customer may run."""

import random
import time
import uuid
from datetime import UTC, datetime
from typing import Any

from fastapi import HTTPException
from pydantic import BaseModel, SecretStr

import vedette
from saas import access, events, payments, plans, services
from saas.database import Database
from saas.plans import PRICE_CENTS, QUOTA

app = services.application("billing")
workflows = services.client("workflows")
log = vedette.get_logger()
database = Database(
    "billing",
    """
    CREATE TABLE IF NOT EXISTS customers (organization_id TEXT PRIMARY KEY, plan TEXT, seats INTEGER, since REAL);
    CREATE TABLE IF NOT EXISTS invoices (id TEXT PRIMARY KEY, organization_id TEXT, cents INTEGER, created REAL);
    CREATE TABLE IF NOT EXISTS invoice_lines (invoice_id TEXT, text TEXT, cents INTEGER);
    """,
)


class Customer(BaseModel):
    organization_id: str
    plan: str = "free"


class Upgrade(BaseModel):
    plan: str
    card: SecretStr


class Preview(BaseModel):
    plan: str
    seats: int
    seats_taken: int


@app.post("/customers", status_code=201, dependencies=access.INTERNAL)
async def create_customer(customer: Customer) -> dict[str, str]:
    """Open an account with billing, and a workspace with workflows."""
    await database.query(
        "INSERT OR IGNORE INTO customers VALUES (?, ?, 1, ?)",
        customer.organization_id,
        customer.plan,
        time.time(),
    )
    await _set_quota(customer)
    log.info("customer created", plan=customer.plan)
    return {"plan": customer.plan}


@app.post("/customers/import", dependencies=access.INTERNAL)
async def import_customers(customers: list[Customer]) -> dict[str, int]:
    """Take over customers from another system, with some past invoices for those who pay."""
    for customer in customers:
        rows = (customer.organization_id, customer.plan, 1, time.time())
        added = database.connection.execute("INSERT OR IGNORE INTO customers VALUES (?, ?, ?, ?)", rows)
        if added.rowcount and customer.plan != "free":
            for _ in range(random.randint(3, 18)):
                _write_invoice(customer.organization_id, customer.plan)
    _measure_revenue()
    answer = await workflows.post("/workspaces/import", json=[_quota(customer) for customer in customers])
    answer.raise_for_status()
    return {"customers": len(customers)}


@app.get("/subscriptions/{organization_id}", dependencies=access.INTERNAL)
async def subscription(organization_id: str) -> dict[str, Any]:
    """The plan of an organisation."""
    if random.random() < 0.006:
        log.debug("subscription cache expired, reading all of them")
        await database.query("SELECT plan FROM customers", seconds=2.5)  # longer than identity waits
    found = await database.one("SELECT plan FROM customers WHERE organization_id = ?", organization_id)
    return {"plan": found["plan"] if found else "free"}


@app.post("/upgrade/preview")
async def preview_upgrade(form: Preview, user: access.CurrentUser) -> dict[str, int]:
    """What an upgrade would cost. New in 1.4.0: a discount for the seats that are still free."""
    price = vedette.Money(PRICE_CENTS[form.plan], "USD")
    vedette.track(
        events.CheckoutStarted(organization_id=user.organization_id, plan=form.plan, interval="month", price=price)
    )
    cents = PRICE_CENTS[form.plan] * form.seats
    if _release() >= (1, 4, 0):
        # The bug of this release: a team that fills all its seats divides by zero.
        cents -= 500 // (form.seats - form.seats_taken)
    return {"cents": cents}


@app.post("/upgrade")
async def upgrade(form: Upgrade, user: access.CurrentUser) -> dict[str, Any]:
    """Charge the card and raise the plan."""
    before = (await subscription(user.organization_id))["plan"]
    cents = PRICE_CENTS[form.plan]
    try:
        charge = await payments.charge(cents, form.card)
    except payments.PaymentDeclined as declined:
        vedette.error(declined, level="warning", fingerprint=["payment-declined", declined.code], plan=form.plan)
        vedette.count("billing.payments", outcome=declined.code, plan=form.plan)
        vedette.track(
            events.PaymentFailed(
                organization_id=user.organization_id,
                provider_event_id=f"evt_{uuid.uuid4().hex[:12]}",
                amount=vedette.Money(cents, "USD"),
                attempt=1,
                reason=declined.code,
            )
        )
        log.warning("payment declined", plan=form.plan, reason=declined.code)
        raise HTTPException(402, declined.code) from declined
    await database.query("UPDATE customers SET plan = ? WHERE organization_id = ?", form.plan, user.organization_id)
    _write_invoice(user.organization_id, form.plan)
    await _set_quota(Customer(organization_id=user.organization_id, plan=form.plan))
    vedette.count("billing.payments", outcome="paid", plan=form.plan)
    vedette.count("billing.revenue", cents, plan=form.plan)
    changed = plans.change(user.organization_id, before, form.plan, charge)
    vedette.track(events.PlanUpgraded(from_plan=before, **changed))
    _plan_changed(user, form.plan)
    log.info("plan upgraded", charge=charge, from_plan=before, to_plan=form.plan, mrr_cents=cents)
    return {"plan": form.plan, "charge": charge}


@app.post("/cancel")
async def cancel(user: access.CurrentUser) -> dict[str, str]:
    """Back to the free plan."""
    before = (await subscription(user.organization_id))["plan"]
    await database.query("UPDATE customers SET plan = 'free' WHERE organization_id = ?", user.organization_id)
    await _set_quota(Customer(organization_id=user.organization_id))
    changed = plans.change(user.organization_id, before, "free", f"evt_{uuid.uuid4().hex[:12]}")
    vedette.track(events.SubscriptionCancelled(effective_at=datetime.now(UTC), **changed))
    _plan_changed(user, "free")
    log.info("subscription cancelled", from_plan=before)
    return {"plan": "free"}


@app.get("/invoices")
async def invoices(user: access.CurrentUser) -> list[dict[str, Any]]:
    """All invoices with their lines. One query for each: look at the trace of an old customer."""
    found = await database.query(
        "SELECT id, cents FROM invoices WHERE organization_id = ? ORDER BY created", user.organization_id
    )
    for invoice in found:
        invoice["lines"] = await database.query(
            "SELECT text, cents FROM invoice_lines WHERE invoice_id = ?",
            invoice["id"],
            seconds=random.uniform(0.01, 0.03),  # there is no index either
        )
    log.debug("invoices listed", invoices=len(found))
    return found


def _release() -> tuple[int, ...]:
    return tuple(int(part) for part in services.RELEASE.split("."))


def _plan_changed(user: access.User, plan: str) -> None:
    """Keep the new plan with the person and the organisation, and measure what it brings."""
    access.identify(user, **plans.traits(plan))
    vedette.group("organization", user.organization_id, plans.traits(plan))
    _measure_revenue()


def _measure_revenue() -> None:
    found = dict(database.connection.execute("SELECT plan, count(*) FROM customers GROUP BY plan").fetchall())
    for plan, cents in PRICE_CENTS.items():
        vedette.gauge("billing.mrr", found.get(plan, 0) * cents, plan=plan)


def _quota(customer: Customer) -> dict[str, Any]:
    return {"organization_id": customer.organization_id, "runs_a_day": QUOTA[customer.plan]}


async def _set_quota(customer: Customer) -> None:
    answer = await workflows.post("/workspaces", json=_quota(customer))
    answer.raise_for_status()


def _write_invoice(organization_id: str, plan: str) -> None:
    invoice = f"inv_{uuid.uuid4().hex[:10]}"
    execute = database.connection.execute
    cents = PRICE_CENTS[plan]
    execute("INSERT INTO invoices VALUES (?, ?, ?, ?)", (invoice, organization_id, cents, time.time()))
    execute("INSERT INTO invoice_lines VALUES (?, ?, ?)", (invoice, f"{plan} plan, one month", cents))
