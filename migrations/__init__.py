"""Tortoise's migrations; docs/decisions/0003 says how to write one that survives data on SQLite."""
