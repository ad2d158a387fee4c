"""One file a backend. An exporter turns its settings into lanes; `delivery` does the rest."""
