"""The event registry: product events as typed classes, their documentation and their lock file."""
