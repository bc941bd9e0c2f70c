"""What the portal takes as a document, and when it reminds."""

from datetime import timedelta

MAX_BYTES = 10 * 1024 * 1024
MAX_PAGES = 100
MAX_SIDE = 20_000
MAX_PIXELS = 80_000_000

# Notices are sent so many days before the expiry, and on its day.
STEPS = (30, 14, 7, 0)

# A file that no row names may still wait for its commit.
STRAY_AGE = timedelta(hours=1)
