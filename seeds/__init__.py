"""Members to begin with: a named cast for the demo, tests and docs, and a bulk generator."""
