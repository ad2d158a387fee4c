"""The official OpenTelemetry SDKs against a real server."""
