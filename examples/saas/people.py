"""The people who use the SaaS: who they are, what they browse with, where they came from. Seeded."""

import random
import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

SITE = "https://app.saas.example"
FIRST = "Ada Alan Barbara Blaise Carl Dorothy Edsger Emmy Evelyn Grace Hedy Ida Joan John Karen Kurt Leonhard Lise "
FIRST += "Margaret Maria Niklaus Radia Rosalind Shafi Sofia Sophie Srinivasa Tim Vera Wilhelm Yukihiro Zhang"
LAST = "Adler Berg Costa Dahl Evans Fischer Garcia Haddad Ito Jensen Kaya Lund Martin Novak Okafor Patel Quist "
LAST += "Rossi Silva Tanaka Usman Vidal Weber Xu Young Zeller"
COMPANIES = ["Acme", "Globex", "Hooli", "Initech", "Massive", "Soylent", "Stark", "Tyrell", "Umbrella", "Wonka", "Zorg"]

# (utm_source, utm_medium, utm_campaign, referrer): most people come without a campaign.
CAMPAIGNS: list[tuple[str, str, str, str]] = [
    ("", "", "", "$direct"),
    ("", "", "", "https://www.google.com/"),
    ("google", "cpc", "brand-2026", "https://www.google.com/"),
    ("newsletter", "email", "autumn-update", "$direct"),
    ("linkedin", "social", "ops-leaders", "https://www.linkedin.com/"),
    ("producthunt", "referral", "launch-1-4", "https://www.producthunt.com/"),
]
CAMPAIGN_WEIGHTS = [34, 24, 18, 10, 8, 6]

# ($browser, $browser_version, $os, $device_type, $screen_width, $screen_height)
BROWSERS: list[tuple[str, int, str, str, int, int]] = [
    ("Chrome", 141, "Windows", "Desktop", 1920, 1080),
    ("Chrome", 141, "Mac OS X", "Desktop", 1728, 1117),
    ("Safari", 19, "Mac OS X", "Desktop", 1512, 982),
    ("Firefox", 145, "Linux", "Desktop", 2560, 1440),
    ("Microsoft Edge", 141, "Windows", "Desktop", 1536, 864),
    ("Mobile Safari", 19, "iOS", "Mobile", 393, 852),
    ("Chrome", 141, "Android", "Mobile", 412, 915),
]
BROWSER_WEIGHTS = [34, 18, 12, 8, 9, 12, 7]


@dataclass
class Person:
    """Somebody with a browser. `user_id` is empty until they have an account."""

    name: str
    company: str
    email: str
    device_id: str
    browser: tuple[str, int, str, str, int, int]
    campaign: tuple[str, str, str, str]
    user_id: str = ""
    organization_id: str = ""
    plan: str = "free"
    token: str = ""
    invitation: str = ""
    activated: bool = False
    workflows: list[str] = field(default_factory=list)

    @property
    def source(self) -> str:
        """Where they came from, in one word."""
        utm_source, _, _, referrer = self.campaign
        return utm_source or ("direct" if referrer == "$direct" else "search")

    @property
    def campaign_properties(self) -> dict[str, str]:
        """The campaign as posthog-js reports it."""
        names = ("utm_source", "utm_medium", "utm_campaign")
        return {name: value for name, value in zip(names, self.campaign, strict=False) if value}

    @property
    def landing_url(self) -> str:
        """The first page, with the campaign in its query."""
        query = urlencode(self.campaign_properties)
        return f"{SITE}/?{query}" if query else f"{SITE}/"

    @property
    def traits(self) -> dict[str, str]:
        """What `posthog.identify()` is given."""
        return {"email": self.email, "name": self.name, "company": self.company, "plan": self.plan}

    def device_properties(self) -> dict[str, Any]:
        """What posthog-js puts on each event of this browser."""
        browser, version, os, device, width, height = self.browser
        return {
            "$lib": "web",
            "$lib_version": "1.290.0",
            "$browser": browser,
            "$browser_version": version,
            "$os": os,
            "$device_type": device,
            "$screen_width": width,
            "$screen_height": height,
            "$device_id": self.device_id,
            "$host": "app.saas.example",
            "$timezone": "Europe/Berlin",
        }


def make_person(rng: random.Random, number: int) -> Person:
    """Somebody new. `number` keeps their address apart from others of the same name."""
    first, last = rng.choice(FIRST.split()), rng.choice(LAST.split())
    company = rng.choice(COMPANIES)
    return Person(
        name=f"{first} {last}",
        company=f"{company} {rng.choice(('GmbH', 'Inc', 'Ltd', 'SAS'))}",
        email=f"{first}.{last}.{number}@{company}.example".lower(),
        device_id=uuid7(rng, 1_760_000_000_000 + number),
        browser=rng.choices(BROWSERS, BROWSER_WEIGHTS)[0],
        campaign=rng.choices(CAMPAIGNS, CAMPAIGN_WEIGHTS)[0],
    )


def uuid7(rng: random.Random, milliseconds: int) -> str:
    """A UUID version 7 (RFC 9562): time first, then random bits. PostHog wants it for session ids."""
    random_bits = rng.getrandbits(74)
    value = (milliseconds << 80) | (7 << 76) | ((random_bits >> 62) << 64) | (2 << 62) | (random_bits & (2**62 - 1))
    return str(uuid.UUID(int=value))
