"""Five capabilities from facts, and the seasons that race on them."""
