"""The `metrics` signal: series of counters, gauges, histograms and summaries, and their points."""

from vedette.server.signals.metrics.routes import router

__all__ = ["router"]
