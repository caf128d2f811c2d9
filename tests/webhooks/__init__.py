"""Webhooks from registration to arrival."""
