"""A protocol in miniature: an inbound table whose rows a materialized view maps onto `logs` and `outcomes`."""
