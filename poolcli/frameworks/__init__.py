"""How each framework runs one pooling iteration; an adapter imports its framework when asked.

An adapter spells what poolcli computes as its framework would be asked for it, and says in words
what that framework has no setting for or means otherwise.
"""

from poolcli.frameworks.framework import Answer, Framework, Unsupported, sum_windows
from poolcli.frameworks.keras import Keras
from poolcli.frameworks.onnx import OnnxRuntime
from poolcli.frameworks.skimage import ScikitImage
from poolcli.frameworks.torch import Torch

FRAMEWORKS: tuple[Framework, ...] = (OnnxRuntime(), Torch(), Keras(), ScikitImage())

__all__ = ["FRAMEWORKS", "Answer", "Framework", "Unsupported", "sum_windows"]
