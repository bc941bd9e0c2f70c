"""Merchants, their requests for help, matching and engagements."""
