"""Benchmarks of poolcli and of its alternatives.

`python -m benchmarks --help` lists the parts that can be run; benchmarks/results.md is the output
of a full run. The rows are data in rows.py, the peers are classes in peers.py.
"""
