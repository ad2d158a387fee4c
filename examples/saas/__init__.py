"""A small SaaS, observed: three services, the people who use it, and its past."""
