"""How records reach the backends: queues, the spool on disk, batches, retries and one deadline at the end."""

from vedette.sdk.delivery.delivery import Delivery
from vedette.sdk.delivery.health import SignalHealth, TargetHealth
from vedette.sdk.delivery.lane import HttpLane, Lane, Signal
from vedette.sdk.delivery.tuning import Tuning

__all__ = ["Delivery", "HttpLane", "Lane", "Signal", "SignalHealth", "TargetHealth", "Tuning"]
