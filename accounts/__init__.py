"""People, the organisations they belong to, and what their roles allow."""
