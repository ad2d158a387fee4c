"""Bytes of OTLP requests in, rows of the signal tables out."""
