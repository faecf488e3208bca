"""How each framework runs one pooling iteration, and how its users write the call.

An adapter runs the call that a user of its framework would write for what poolcli computes, and
remarks where the framework has no such setting or defines it differently. Adapters are listed in
`poolcli.frameworks.adapters`; they import NumPy at once and their framework when it runs. The
calls in `poolcli.frameworks.calls` need neither.
"""
