"""How long a delivery waits, and for what. The defaults suit a service; tests shrink them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """Times in seconds."""

    linger_seconds: float = 0.5  # logs, spans and metrics wait this long for company
    durable_linger_seconds: float = 0.1  # events and errors
    request_timeout_seconds: float = 10.0
    backoff_base_seconds: float = 0.2
    backoff_cap_seconds: float = 15.0
    retry_after_cap_seconds: float = 600.0
    failures_to_open: int = 5  # in a row: about 1.5 s of backoff
    patience_seconds: float = 4.0  # of a flush, with a backend whose breaker opened after it began
    give_up_seconds: float = 3600.0  # on one item that a backend fails at with 500 again and again
    sync_seconds: float = 1.0  # what is written to the spool is on the disk this much later
    adopt_seconds: float = 30.0  # between two looks for what dead processes left
    segment_bytes: int = 4 << 20
