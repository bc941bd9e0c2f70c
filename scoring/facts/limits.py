"""What an import takes at most, and with what means."""

import os
from datetime import date

# Above this a double no longer holds every whole number next to sums of thousands of rows.
MAX_VALUE = 10**15
OLDEST_DAY = date(2010, 1, 1)
CODE_PATTERN = "[A-Za-z0-9][A-Za-z0-9._-]{0,39}"

MAX_ROW_BYTES = 1_000_000
MAX_HEADER_BYTES = 64 * 1024
MAX_COLUMNS = 500
# Expanded size of a compressed file. Facts as text shrink 3 to 30 times, zeros up to about 100 times.
MAX_EXPANDED_BYTES = 16 * 1024**3
MAX_EXPANSION = 200
EXPANSION_FREE_BYTES = 8 * 1024**2

LISTED_FAULTS = 1000
EXCERPT_LENGTH = 80

MEMORY_LIMIT = "1GB"
THREADS = min(4, os.cpu_count() or 1)

# part <= whole, on the same day by definition. Refunds, complaints and finished cold starts are dated by their own day
# and may rightly exceed what happened that day.
SUBSETS: tuple[tuple[str, str], ...] = (
    ("on_time_shipments", "shipments"),
    ("sla_hits", "sla_total"),
    ("out_of_stock_skus", "listed_skus"),
    ("repurchases_30d", "repurchase_base_30d"),
    ("responses_on_time", "responses_total"),
)
