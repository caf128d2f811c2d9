"""Mutual measured beside a hand-written floor: see docs/performance.md."""
