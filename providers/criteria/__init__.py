"""Criteria: what a provider is judged on at the door, and by the same code every night after it."""
