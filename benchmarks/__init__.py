"""How fast poolcli is, beside everything that might be used in its place.

`python -m benchmarks --help` tells how to run all of it or parts; benchmarks/results.md is what a
whole run wrote. The rows are data in rows.py, the peers are classes in peers.py.
"""
