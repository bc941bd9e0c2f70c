"""The embedded PostgreSQL and Redis, and the supervision of the portal's processes. Only the launcher starts them."""
