"""Which results this engine gives.

A digest of results can be compared with another of the same version alone. The version goes up with every change that
can move a digest while facts, model and providers stay the same:

1. weights by age and weeks counted back from the youngest day
2. weights that stay with their day, calendar weeks
"""

VERSION = 2
