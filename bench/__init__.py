"""What is measured against what. `python -m bench [name ...]` writes tables and figures to bench/results/."""
