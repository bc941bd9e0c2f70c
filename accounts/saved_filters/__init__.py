"""Filters that people keep for the lists they use."""
