"""A shop with an N+1 in a real SQLite database: `python -m tests.conformance.detectors.shop CLIENT DSN`.

Each SDK watches it as its documentation says; OpenTelemetry's spans are those of its conventions, as there is no
instrumentation of SQLAlchemy among the packages that the tests install.
"""

import sys
import time
from collections.abc import Callable

from sqlalchemy import Column, ForeignKey, Integer, String, create_engine, event, select
from sqlalchemy.orm import Session, declarative_base, relationship
from sqlalchemy.pool import StaticPool

Base = declarative_base()
ORDERS = 12


class Order(Base):  # type: ignore[misc, valid-type]
    """Its items are loaded when they are asked for, one order at a time."""

    __tablename__ = "orders"
    id = Column(Integer, primary_key=True)
    items = relationship("Item")


class Item(Base):  # type: ignore[misc, valid-type]
    """Something in an order."""

    __tablename__ = "items"
    id = Column(Integer, primary_key=True)
    order_id = Column(ForeignKey("orders.id"))
    name = Column(String)


def shop() -> Callable[[], int]:
    """The handler of a request that lists all orders."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all(Order(items=[Item(name=f"item {n}")]) for n in range(ORDERS))
        session.commit()
    # A file on a disk takes a while; this one is in memory. SQLite calls this every so many of its instructions.
    with engine.connect() as connection:
        connection.connection.driver_connection.set_progress_handler(lambda: time.sleep(0.02), 25)  # type: ignore[union-attr]

    def orders() -> int:
        with Session(engine) as session:
            return sum(len(order.items) for order in session.scalars(select(Order)))

    return orders


def by_sentry(dsn: str) -> None:
    """Observed by sentry-sdk, whose integration of SQLAlchemy is on by itself."""
    import sentry_sdk

    sentry_sdk.init(dsn, traces_sample_rate=1.0)
    orders = shop()
    with sentry_sdk.start_transaction(name="/orders", op="http.server", source="route"):
        orders()
    sentry_sdk.flush(10)


def by_vedette(dsn: str) -> None:
    """Observed by our SDK, which finds SQLAlchemy by itself."""
    import vedette

    vedette.init(dsn, service="shop")
    orders = shop()
    with vedette.span("/orders"):
        orders()
    vedette.flush(10)


def by_opentelemetry(dsn: str) -> None:
    """Observed by OpenTelemetry's SDK, a span a statement."""
    from urllib.parse import urlsplit

    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from sqlalchemy import Engine

    url = urlsplit(dsn)
    provider = TracerProvider()
    exporter = OTLPSpanExporter(
        f"http://{url.hostname}:{url.port}/v1/traces", headers={"authorization": f"Bearer {url.username}"}
    )
    provider.add_span_processor(BatchSpanProcessor(exporter))
    tracer = provider.get_tracer("shop")

    @event.listens_for(Engine, "before_cursor_execute")
    def before(conn: object, cursor: object, statement: str, parameters: object, context: object, many: bool) -> None:
        attributes = {"db.system": "sqlite", "db.statement": statement}
        context._span = tracer.start_span("SELECT", kind=trace.SpanKind.CLIENT, attributes=attributes)  # type: ignore[attr-defined]

    @event.listens_for(Engine, "after_cursor_execute")
    def after(conn: object, cursor: object, statement: str, parameters: object, context: object, many: bool) -> None:
        context._span.end()  # type: ignore[attr-defined]

    orders = shop()
    with tracer.start_as_current_span("/orders", kind=trace.SpanKind.SERVER):
        orders()
    provider.shutdown()


if __name__ == "__main__":
    {"sentry": by_sentry, "vedette": by_vedette, "opentelemetry": by_opentelemetry}[sys.argv[1]](sys.argv[2])
