"""Strict access: who is let in, and who stays in."""
