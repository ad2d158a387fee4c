"""The payment provider's client. The provider is made up: it takes its time, and declines some cards."""

import asyncio
import random

from opentelemetry.trace import SpanKind
from pydantic import SecretStr

import vedette

DECLINED = {"4000000000000002": "card_declined", "4000000000009995": "insufficient_funds"}


class PaymentDeclined(Exception):
    """The provider said no. Not our bug; the user has to use another card."""

    def __init__(self, code: str) -> None:
        super().__init__(f"card declined: {code}")
        self.code = code


async def charge(cents: int, card: SecretStr) -> str:
    """Charge a card and return the provider's charge id. Raises PaymentDeclined."""
    attributes = {
        "http.request.method": "POST",
        "server.address": "api.payments.example",
        "url.full": "https://api.payments.example/v1/charges",
        "payment.amount_cents": cents,
    }
    with vedette.span("POST /v1/charges", kind=SpanKind.CLIENT, **attributes) as span:
        seconds = random.lognormvariate(-1.2, 0.5)
        await asyncio.sleep(seconds)
        code = DECLINED.get(card.get_secret_value())
        vedette.timing("payments.provider.duration", seconds * 1000, outcome=code or "paid")
        span.set_attribute("http.response.status_code", 402 if code else 200)
        if code:
            raise PaymentDeclined(code)
        return f"ch_{random.getrandbits(48):012x}"
