"""The adapters of all frameworks, in the order in which they are shown."""

from poolcli.frameworks.framework import Framework
from poolcli.frameworks.keras import Keras
from poolcli.frameworks.onnx import OnnxRuntime
from poolcli.frameworks.skimage import ScikitImage
from poolcli.frameworks.torch import Torch

FRAMEWORKS: tuple[Framework, ...] = (OnnxRuntime(), Torch(), Keras(), ScikitImage())
