"""Thirty days of product history: who came, signed up, activated, upgraded, came back, and stopped coming.

A person's life depends on the seed, the day they first came, and their number on that day, and on nothing else;
events of the past therefore keep their uuids and times from run to run. Growth is counted backwards from today:
a later run knows fewer people for the same past day, never others. So running twice does not count twice.
"""

import math
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import vedette
from saas import events as product
from saas import plans
from saas.backfill.releases import release_at
from saas.people import SITE, Person, make_person, uuid7
from saas.plans import PRICE_CENTS

Event = dict[str, Any]

DAY = 86400
DAYS = 30
EARLIER_DAYS = 60
"""Users who came before the window are in it too: a product does not start with nobody."""
VISITORS_TODAY = 500
"""New visitors on a working day, at the end of the window. Before, less: growth a day is 1.8 %."""
GROWTH = 1.018
WEEKEND = 0.45

SIGN_UP = 0.32
ACTIVATE = 0.37
UPGRADE = 0.15
"""Of those who activate. Some need longer than the window, which leaves about 12 %."""
CSV_WITHOUT_EMAIL = 0.18
"""Of the runs of `import_csv`, which fail."""
KINDS = ["sync_contacts", "send_digest", "enrich_leads", "import_csv"]


def events(seed: int, until: float) -> Iterator[Event]:
    """All events of the 30 days before `until`, person by person. `at` is the time in seconds since 1970."""
    since = until - DAYS * DAY
    for day, number, rng in _newcomers(seed, until, DAYS + EARLIER_DAYS):
        for event in Life(rng, day, number).events(until):
            if event["at"] >= since:
                yield event


def recent_users(seed: int, until: float, limit: int) -> list[Person]:
    """Some users that `events` made up and that are not long gone, as they are at `until`."""
    users: list[Person] = []
    for day, number, rng in _newcomers(seed, until - DAY, DAYS):
        life = Life(rng, day, number)
        for _ in life.events(until):
            pass
        if life.person.user_id and life.last_seen > until - 7 * DAY:
            users.append(life.person)
        if len(users) == limit:
            break
    return users


def _newcomers(seed: int, until: float, days: int) -> Iterator[tuple[int, int, random.Random]]:
    """Day, number and source of randomness of everybody who first came in the last days."""
    today = int(until // DAY)
    for day in range(today - days, today + 1):
        weekend = (day + 3) % 7 >= 5  # day 0 of 1970 was a Thursday
        count = VISITORS_TODAY * GROWTH ** (day - today) * (WEEKEND if weekend else 1)
        for number in range(round(count)):
            yield day, number, random.Random(f"{seed}:{day}:{number}")


class Life:
    """One person's events, in the order in which they happen."""

    def __init__(self, rng: random.Random, day: int, number: int) -> None:
        self.rng, self.day = rng, day
        self.person = make_person(rng, day * 10_000 + number)
        self.user_id = f"usr_{rng.getrandbits(48):012x}"
        self.organization_id = f"org_{rng.getrandbits(40):010x}"
        self.now = 0.0
        self.last_seen = 0.0
        self.session_id = ""
        self.request: dict[str, str] = {}
        self.device = self.person.device_properties()

    def events(self, until: float) -> Iterator[Event]:
        """Everything this person does before `until`."""
        for event in self._life():
            if event["at"] >= until:
                return
            self.last_seen = event["at"]
            yield event

    def _life(self) -> Iterator[Event]:
        rng, person = self.rng, self.person
        self._start_visit(self.day)
        yield from self._discover()
        if rng.random() > SIGN_UP:
            if rng.random() < 0.15:  # another look, days later, and no more
                self._start_visit(self.day + rng.randint(1, 9))
                yield from self._discover()
            return
        yield from self._sign_up()
        will_activate, will_upgrade = rng.random() < ACTIVATE, rng.random() < UPGRADE
        activation_day = self.day + (0 if rng.random() < 0.7 else math.ceil(rng.expovariate(0.6)))
        upgrade_day = activation_day + math.ceil(rng.lognormvariate(0.9, 0.9))
        if will_activate and activation_day == self.day:
            yield from self._build()
        for age in range(1, DAYS + EARLIER_DAYS):
            today = self.day + age
            due = will_activate and (today == activation_day or (will_upgrade and today == upgrade_day))
            if not due and rng.random() > self._chance_to_return(age, today):
                continue
            self._start_visit(today)
            yield from self._log_in()
            if will_activate and today >= activation_day:
                yield from self._work()
            if will_activate and will_upgrade and today == upgrade_day:
                yield from self._upgrade("business" if rng.random() < 0.2 else "team")
            if self.person.plan != "free" and rng.random() < 0.008:
                effective_at = datetime.fromtimestamp(self.now, UTC)
                cancelled = product.SubscriptionCancelled(
                    effective_at=effective_at, **self._change(person.plan, "free")
                )
                yield self._server("billing", cancelled, {"$set": plans.traits("free")})
                return

    def _chance_to_return(self, age: int, day: int) -> float:
        """Falls with a power of age; those who activated stay much longer, those who pay longest."""
        base = 0.85 if self.person.plan != "free" else 0.75 if self.person.activated else 0.3
        decay = 0.2 if self.person.plan != "free" else 0.45 if self.person.activated else 1.0
        return base * age**-decay * (0.35 if (day + 3) % 7 >= 5 else 1)

    def _start_visit(self, day: int) -> None:
        hour = min(max(self.rng.gauss(13.5, 3.5), 0), 23.5)
        self.now = max(day * DAY + hour * 3600 + self.rng.uniform(0, 3600), self.now + 1900)
        self.session_id = uuid7(self.rng, int(self.now * 1000))

    def _discover(self) -> Iterator[Event]:
        landing = self.person.landing_url
        yield self._view(landing, {"title": "Work without busywork", **self.person.campaign_properties})
        if self.rng.random() < 0.55:
            yield self._view("/pricing", {"title": "Pricing"})
            yield self._browser("pricing_viewed")
        yield self._browser("$pageleave")

    def _sign_up(self) -> Iterator[Event]:
        person = self.person
        yield self._view("/signup", {"title": "Create your account"})
        yield self._browser("signup_started")
        yield self._click("Create account")
        person.user_id, person.organization_id = self.user_id, self.organization_id
        group: dict[str, Any] = {"$group_type": "organization", "$group_key": self.organization_id}
        group["$group_set"] = {"name": person.company, **plans.traits("free")}
        yield self._server("identity", product.AccountCreated(organization_id=self.organization_id))
        yield self._also("identity", "$groupidentify", group)
        yield self._also(
            "identity", product.SignedUp(source=person.source, invited=False), {"$set": plans.traits("free")}
        )
        yield self._browser(
            "$identify",
            {"$anon_distinct_id": person.device_id},
            **{
                "$set": person.traits,
                "$set_once": {f"$initial_{k}": v for k, v in person.campaign_properties.items()},
            },
        )

    def _log_in(self) -> Iterator[Event]:
        yield self._view("/login", {"title": "Sign in"})
        yield self._click("Sign in")
        traits = {**self.person.traits, **plans.traits(self.person.plan)}
        yield self._server("identity", product.LoggedIn(plan=self.person.plan), {"$set": traits})
        yield self._view("/workflows", {"title": "Workflows"})

    def _build(self) -> Iterator[Event]:
        kind = self.rng.choices(KINDS, [40, 30, 20, 10])[0]
        yield self._view("/workflows/new", {"title": "New workflow"})
        yield self._click("Create")
        yield self._server("workflows", product.WorkflowCreated(kind=kind))
        yield from self._run(kind)

    def _run(self, kind: str) -> Iterator[Event]:
        yield self._click("Run now")
        rows, duration_ms = self.rng.randint(20, 400), round(self.rng.lognormvariate(-1.7, 0.5) * 1000)
        outcome = "failed" if kind == "import_csv" and self.rng.random() < CSV_WITHOUT_EMAIL else "succeeded"
        run = product.WorkflowRun(kind=kind, outcome=outcome, rows=rows, duration_ms=duration_ms)
        yield self._server("workflows", run)
        if not self.person.activated and outcome == "succeeded":
            self.person.activated = True
            activated = product.Activated(organization_id=self.organization_id, milestone="first workflow run")
            yield self._also("workflows", activated)

    def _work(self) -> Iterator[Event]:
        if not self.person.activated or self.rng.random() < 0.2:
            yield from self._build()
        for _ in range(self.rng.randint(0, 3)):
            yield from self._run(self.rng.choices(KINDS, [40, 30, 20, 10])[0])
        if self.rng.random() < 0.25:
            yield self._view("/reports", {"title": "Usage"})
            yield self._server("workflows", product.ReportViewed(report="usage"))
        if self.rng.random() < 0.08:
            yield self._view("/team", {"title": "Team"})
            yield self._server("identity", product.UserInvited(organization_id=self.organization_id))
        yield self._browser("$pageleave")

    def _upgrade(self, plan: str) -> Iterator[Event]:
        person, price = self.person, vedette.Money(PRICE_CENTS[plan], "USD")
        yield self._view("/upgrade", {"title": "Upgrade"})
        yield self._browser("upgrade_clicked", {"plan": plan})
        about = {"organization_id": self.organization_id, "plan": plan, "interval": "month"}
        yield self._server("billing", product.CheckoutStarted(**about, price=price))
        if self.rng.random() < 0.12:
            failed = product.PaymentFailed(
                organization_id=self.organization_id,
                provider_event_id=f"evt_{self.rng.getrandbits(48):012x}",
                amount=price,
                attempt=1,
                reason="card_declined",
            )
            yield self._server("billing", failed)
        upgraded = product.PlanUpgraded(from_plan=person.plan, **self._change(person.plan, plan))
        person.plan = plan
        yield self._server("billing", upgraded, {"$set": plans.traits(plan)})

    def _change(self, before: str, plan: str) -> dict[str, Any]:
        return plans.change(self.organization_id, before, plan, f"ch_{self.rng.getrandbits(48):012x}")

    # Shapes ------------------------------------------------------------------------------------------------

    def _view(self, path: str, properties: dict[str, Any]) -> Event:
        self.device["$current_url"] = path if path.startswith("http") else SITE + path
        self.device["$pathname"] = urlsplit(self.device["$current_url"]).path
        self.device["$referrer"] = self.person.campaign[3]
        return self._browser("$pageview", properties)

    def _click(self, text: str) -> Event:
        elements = f'button.btn:nth-child="1"nth-of-type="1"text="{text}";body:nth-child="2"nth-of-type="1"'
        return self._browser("$autocapture", {"$event_type": "click", "$el_text": text, "$elements_chain": elements})

    def _browser(self, event: str, properties: dict[str, Any] | None = None, **top_level: Any) -> Event:
        """As posthog-js sends it."""
        self.now += self.rng.expovariate(1 / 12) + 0.5
        identified = bool(self.person.user_id)
        known = {"$is_identified": identified, "$process_person_profile": identified}
        properties = {**self.device, **known, "service": "web", **(properties or {})}
        return self._event(event, properties) | top_level

    def _server(self, service: str, event: vedette.Event, properties: dict[str, Any] | None = None) -> Event:
        """As vedette's SDK sends it, right after the browser's request."""
        self.now += self.rng.uniform(0.02, 0.3)
        self.request = {
            "$trace_id": f"{self.rng.getrandbits(128):032x}",
            "$span_id": f"{self.rng.getrandbits(64):016x}",
            "$request_id": f"{self.rng.getrandbits(128):032x}",
        }
        return self._also(service, event, properties)

    def _also(self, service: str, event: vedette.Event | str, properties: dict[str, Any] | None = None) -> Event:
        """One more event of the same request."""
        name, declared, violations = (event, {}, []) if isinstance(event, str) else event.__vedette_event__()
        assert not violations, f"{name}: {violations}"
        known: dict[str, Any] = {"$lib": "vedette-python", "$lib_version": vedette.__version__, "service": service}
        known["$groups"] = {"organization": self.person.organization_id}
        return self._event(name, {**known, **self.request, **declared, **(properties or {})})

    def _event(self, event: str, properties: dict[str, Any]) -> Event:
        properties["$session_id"] = self.session_id
        properties["environment"] = "production"
        return {
            "at": self.now,
            "uuid": uuid7(self.rng, int(self.now * 1000)),
            "event": event,
            "distinct_id": self.person.user_id or self.person.device_id,
            "timestamp": datetime.fromtimestamp(self.now, UTC).isoformat(timespec="milliseconds"),
            "properties": {**properties, "release": release_at(self.now)},
        }
