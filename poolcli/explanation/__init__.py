"""The origin of a value: windows as records, as sentences and as drawings of characters."""

from poolcli.explanation.cells import Stage, stages, trace
from poolcli.explanation.pages import explain_all, explain_cell
from poolcli.explanation.picture import draw
from poolcli.explanation.sentences import sentence
from poolcli.explanation.subject import Subject

__all__ = [
    "Stage",
    "Subject",
    "draw",
    "explain_all",
    "explain_cell",
    "sentence",
    "stages",
    "trace",
]
