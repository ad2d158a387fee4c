"""What simulated people do in a visit. Each `await act(…)` is one action of a user, with time to think before it."""

import random
from collections.abc import Awaitable, Callable

from saas.browser import Browser, Frame

KINDS = ["sync_contacts", "send_digest", "enrich_leads", "import_csv"]
GOOD_CARD, BAD_CARDS = "4242424242424242", ["4000000000000002", "4000000000009995"]

# Bugs of the web app: (type, message, stack), each on one page.
FRONTEND_BUGS: dict[str, tuple[str, str, list[Frame]]] = {
    "/reports": (
        "TypeError",
        "Cannot read properties of undefined (reading 'rows')",
        [("reports/UsageChart.tsx", "toSeries", 27, 31), ("reports/UsageChart.tsx", "UsageChart", 64, 18)],
    ),
    "/pricing": (
        "ChunkLoadError",
        "Loading chunk 417 failed.",
        [("webpack/runtime/jsonp", "requireChunk", 71, 9), ("app/routes.tsx", "loadPricing", 19, 3)],
    ),
}
FRONTEND_BUG_CHANCE = 0.03
COMPLAINTS = [
    "The page stayed empty. I reloaded it three times.",
    "Nothing happens when I click, and the numbers are gone.",
    "It worked yesterday. Please fix it, I need this for a meeting!",
]
COMPLAINT_CHANCE = 0.3
WISHES = [
    "Could I sort the runs by how long they took?",
    "Please add a dark mode.",
    "I love the new overview, but where did the export go?",
    "How do I invite somebody from another company?",
]
WISH_CHANCE = 0.02

Act = Callable[[str], Awaitable[None]]
"""Waits until the user gets to their next action; the argument names it."""


async def visit(browser: Browser, rng: random.Random, act: Act) -> None:
    """One visit of a newcomer or of a user, from the first page to the last."""
    if browser.person.user_id:
        await come_back(browser, rng, act)
    else:
        await discover(browser, rng, act)
    await browser.flush()


async def discover(browser: Browser, rng: random.Random, act: Act) -> None:
    """Look around; some sign up, and of those some get to their first workflow run in the same visit."""
    await act("land")
    await view(browser, rng, browser.person.landing_url, "Work without busywork")
    if rng.random() < 0.55:
        await act("pricing")
        await view(browser, rng, "/pricing", "Pricing")
        browser.capture("pricing_viewed")
    if browser.person.invitation or rng.random() < 0.45:
        await act("sign up")
        await view(browser, rng, "/signup", "Create your account")
        browser.capture("signup_started")
        if rng.random() < 0.75 and await sign_up(browser) and rng.random() < 0.5:
            await build(browser, rng, act)


async def come_back(browser: Browser, rng: random.Random, act: Act) -> None:
    """Log in and do some of what the product is for."""
    await act("log in")
    await view(browser, rng, "/login", "Sign in")
    if not await log_in(browser):
        return
    await act("overview")
    await view(browser, rng, "/workflows", "Workflows")
    await browser.call("workflows", "GET", "/workflows")
    choices = [(build, 24), (run_again, 34), (read_report, 18), (read_invoices, 10), (invite, 6), (upgrade, 9)]
    choices.append((cancel, 1))
    for _ in range(rng.randint(1, 4)):
        journey = rng.choices([c for c, _ in choices], [w for _, w in choices])[0]
        await journey(browser, rng, act)
    if rng.random() < WISH_CHANCE:
        await act("write")
        await browser.write(rng.choice(WISHES))


async def view(browser: Browser, rng: random.Random, path: str, title: str) -> None:
    """Open a page; sometimes its JavaScript breaks."""
    await browser.open(path, title)
    bug = FRONTEND_BUGS.get(path)
    if bug and rng.random() < FRONTEND_BUG_CHANCE:
        event_id = await browser.report_error(*bug)
        if rng.random() < COMPLAINT_CHANCE:
            await browser.write(rng.choice(COMPLAINTS), about=event_id)


async def sign_up(browser: Browser) -> bool:
    """Create the account; the browser then knows who its user is."""
    person = browser.person
    browser.click("Create account")
    form = {"email": person.email, "name": person.name, "company": person.company}
    form |= {"source": person.source, "invitation": person.invitation}
    answer = await browser.call("identity", "POST", "/signup", form)
    if answer is not None and answer.status_code == 409:
        return await log_in(browser)
    if answer is None or answer.is_error:
        return False
    account = answer.json()
    person.token, person.organization_id = account["token"], account["organization_id"]
    browser.identify(account["id"])
    await browser.flush()
    return True


async def log_in(browser: Browser) -> bool:
    """Log in, and identify if this browser did not know its user."""
    browser.click("Sign in")
    answer = await browser.call("identity", "POST", "/login", {"email": browser.person.email})
    if answer is None or answer.is_error:
        return False
    account = answer.json()
    browser.person.token, browser.person.plan = account["token"], account["plan"]
    browser.person.organization_id = account["organization_id"]
    if not browser.person.user_id:
        browser.identify(account["id"])
    return True


async def build(browser: Browser, rng: random.Random, act: Act) -> None:
    """Create a workflow and run it."""
    await act("create workflow")
    await view(browser, rng, "/workflows/new", "New workflow")
    kind = rng.choices(KINDS, [40, 30, 20, 10])[0]
    browser.click("Create")
    form = {"name": f"{kind.replace('_', ' ')} {rng.randint(1, 99)}", "kind": kind}
    answer = await browser.call("workflows", "POST", "/workflows", form)
    if answer is None or answer.is_error:
        return
    browser.person.workflows = [*browser.person.workflows[-9:], answer.json()["id"]]
    await run_again(browser, rng, act)


async def run_again(browser: Browser, rng: random.Random, act: Act) -> None:
    """Run one of the user's workflows."""
    if not browser.person.workflows:
        return await build(browser, rng, act)
    await act("run workflow")
    browser.click("Run now")
    workflow = rng.choice(browser.person.workflows)
    await browser.call("workflows", "POST", f"/workflows/{workflow}/run")
    await browser.flush()


async def read_report(browser: Browser, rng: random.Random, act: Act) -> None:
    """Open the slow report. Whoever waits too long clicks again, angrily."""
    await act("report")
    await view(browser, rng, "/reports", "Usage")
    answer = await browser.call("workflows", "GET", "/reports/usage")
    if answer is not None and answer.elapsed.total_seconds() > 3:
        browser.capture("$rageclick", {"$el_text": "Refresh"})
        await browser.flush()


async def read_invoices(browser: Browser, rng: random.Random, act: Act) -> None:
    """Open the list of invoices."""
    await act("invoices")
    await view(browser, rng, "/invoices", "Invoices")
    await browser.call("billing", "GET", "/invoices")


async def invite(browser: Browser, rng: random.Random, act: Act) -> None:
    """Invite a colleague."""
    await act("invite")
    await view(browser, rng, "/team", "Team")
    browser.click("Send invitation")
    address = f"colleague.{rng.getrandbits(32):08x}@{browser.person.email.split('@')[1]}"
    answer = await browser.call("identity", "POST", "/invitations", {"email": address})
    if answer is not None and not answer.is_error:
        browser.invitations.append(answer.json()["invitation"])


async def upgrade(browser: Browser, rng: random.Random, act: Act) -> None:
    """Look at the price, then perhaps pay. Full teams run into the bug of 1.4.0; some cards are declined."""
    if browser.person.plan == "business":
        return await read_invoices(browser, rng, act)
    plan = "business" if browser.person.plan == "team" or rng.random() < 0.2 else "team"
    await act("see plans")
    await view(browser, rng, "/upgrade", "Upgrade")
    browser.capture("upgrade_clicked", {"plan": plan})
    seats = rng.randint(2, 12)
    preview = {"plan": plan, "seats": seats, "seats_taken": seats if rng.random() < 0.15 else rng.randint(0, seats - 1)}
    answer = await browser.call("billing", "POST", "/upgrade/preview", preview)
    if answer is None or answer.is_error or rng.random() < 0.3:
        return
    await act("pay")
    browser.click("Pay")
    card = rng.choice(BAD_CARDS) if rng.random() < 0.15 else GOOD_CARD
    answer = await browser.call("billing", "POST", "/upgrade", {"plan": plan, "card": card})
    if answer is not None and not answer.is_error:
        browser.person.plan = plan
        browser.capture("upgrade_celebrated", {"plan": plan})
    await browser.flush()


async def cancel(browser: Browser, rng: random.Random, act: Act) -> None:
    """Give up the paid plan."""
    if browser.person.plan == "free":
        return
    await act("cancel")
    await view(browser, rng, "/settings/plan", "Plan")
    browser.click("Cancel subscription")
    await browser.call("billing", "POST", "/cancel")
    browser.person.plan = "free"
