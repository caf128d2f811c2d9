"""The specifications integrators rely on, rule by rule, against a real server."""
