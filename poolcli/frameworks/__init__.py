"""Adapters that run one pooling in each framework, and the calls that users of it would write.

An adapter runs the call that computes the values of poolcli, with a remark where the framework has
no such setting or defines it differently. `poolcli.frameworks.adapters` lists the adapters, which
import their framework when they run; `poolcli.frameworks.calls` returns calls as text and imports
not even NumPy. This module imports neither.
"""
