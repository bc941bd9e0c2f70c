"""Blind review of applications by panels on a rubric."""
