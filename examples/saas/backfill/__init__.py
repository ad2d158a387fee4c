"""The past of the SaaS, made up from a seed: the same seed gives the same past, however often it is sent."""
