"""Measures: what criteria ask of facts, computed every night and handed down to `providers.criteria`."""
