"""Simulated users, live: `python -m saas.traffic --rate 4`. Stops cleanly on SIGTERM.

Some people are new, some come back: those who signed up in an earlier visit, and users of the past that
`saas.backfill` made up with the same seed. Who does what is seeded; when it happens is not.
"""

import argparse
import asyncio
import heapq
import logging
import random
import signal
import time

import httpx

from saas import services
from saas.backfill.lives import recent_users
from saas.browser import Backends, Browser
from saas.journeys import visit
from saas.people import make_person

log = logging.getLogger("saas.traffic")
THINK_SECONDS = 4.0
NEWCOMERS = 0.45
"""Part of the visits that are by somebody new."""
DAY = 86400.0
KNOWN_USERS = 400
"""How many users of the past are taken over. More would only cost memory."""


class Traffic:
    """Enough people at the same time to make `rate` actions a second."""

    def __init__(self, rate: float, seed: int, http: httpx.AsyncClient) -> None:
        self.rate, self.seed, self.http = rate, seed, http
        self.backends = Backends.from_environment()
        self.rng = random.Random(seed)
        self.newcomers = 0
        self.actions = 0
        self.invitations: list[str] = []
        self.at_home: list[tuple[float, int, Browser]] = []
        "Users between two visits, by the time of the next one."

    async def run(self) -> None:
        """Go on until cancelled."""
        await self.take_over_users()
        people = max(1, round(self.rate * (THINK_SECONDS + 0.5)))  # half a second for the network
        async with asyncio.TaskGroup() as group:
            for number in range(people):
                group.create_task(self.keep_visiting(random.Random(f"{self.seed}:{number}")))
            group.create_task(self.report())

    async def take_over_users(self) -> None:
        """Make users of the past known to the services, and let them come by within the hour, some right away."""
        users = recent_users(self.seed, time.time(), KNOWN_USERS)
        accounts = [
            {"id": p.user_id, "email": p.email, "name": p.name, "organization_id": p.organization_id, "plan": p.plan}
            for p in users
        ]
        async with services.client("identity", timeout_seconds=30) as identity:
            (await identity.post("/accounts", json=accounts)).raise_for_status()
        runs = [{"user_id": p.user_id, "organization_id": p.organization_id} for p in users if p.activated]
        async with services.client("workflows", timeout_seconds=30) as workflows:
            (await workflows.post("/runs/import", json=runs)).raise_for_status()
        for person in users:
            self.send_home(Browser(person, self.rng, self.http, self.backends), self.rng.uniform(-360, DAY / 24))

    async def keep_visiting(self, rng: random.Random) -> None:
        """Visit after visit, by one person after the other."""
        await asyncio.sleep(rng.uniform(0, THINK_SECONDS))

        async def act(_: str) -> None:
            self.actions += 1
            await asyncio.sleep(rng.expovariate(1 / THINK_SECONDS))

        while True:
            browser = self.next_visitor(rng)
            await visit(browser, rng, act)
            self.invitations += browser.invitations
            browser.invitations = []
            # Whoever has an account comes back, mostly on a later day; one in eight never does.
            if browser.person.user_id and rng.random() > 0.125:
                self.send_home(browser, rng.expovariate(1 / DAY))

    def next_visitor(self, rng: random.Random) -> Browser:
        """Somebody new, or the user whose next visit is due first."""
        due = self.at_home and self.at_home[0][0] <= time.time()
        if due and rng.random() > NEWCOMERS:
            return heapq.heappop(self.at_home)[2]
        self.newcomers += 1
        # The start time keeps the addresses of two runs apart.
        person = make_person(rng, int(time.time() * 1000) % 10**10 + self.newcomers)
        if self.invitations:
            person.invitation = self.invitations.pop(0)
        return Browser(person, rng, self.http, self.backends)

    def send_home(self, browser: Browser, seconds: float) -> None:
        """Plan the next visit."""
        browser.url = ""
        heapq.heappush(self.at_home, (time.time() + seconds, id(browser), browser))
        del self.at_home[5 * KNOWN_USERS :]

    async def report(self) -> None:
        """A line a minute about what was done."""
        while True:
            before = self.actions
            await asyncio.sleep(60)
            log.info("%.1f actions/s, %d users at home", (self.actions - before) / 60, len(self.at_home))


async def main() -> None:
    """Run until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=4.0, help="user actions a second (default: 4)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed as for the backfill (default: 1)")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    async with httpx.AsyncClient(timeout=15) as http:
        traffic = asyncio.create_task(Traffic(options.rate, options.seed, http).run())
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, traffic.cancel)
        try:
            await traffic
        except asyncio.CancelledError:
            log.info("stopped")


if __name__ == "__main__":
    asyncio.run(main())
