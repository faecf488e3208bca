"""The calls of PyTorch, Keras and ONNX that compute a pooling, as text, from integers only.

A call computes the same values as poolcli, apart from NaN and float rounding. Where a framework has
no such call, the reason is given instead.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from poolcli.frameworks.applied import AppliedPooling
from poolcli.frameworks.layers import Layer, Unsupported, find_layer
from poolcli.operations import Lp, Pooling


@dataclass(frozen=True)
class Equivalent:
    """The call of one framework that computes an iteration.

    Attributes
    ----------
    framework : str
        "PyTorch", "Keras" or "ONNX".
    call : str or None
        An expression in `x`, of shape (N, C, H, W), or (N, H, W, C) in Keras.
    reason : str or None
        Why there is no call, as the rest of a sentence that begins with the framework.
    """

    framework: str
    call: str | None
    reason: str | None


def equivalents(pooling: Pooling, shape: Sequence[int]) -> tuple[Equivalent, ...]:
    """Return the call of each framework that computes one iteration.

    Parameters
    ----------
    pooling : Pooling
        The operation and the window.
    shape : (rows, columns)
        The size of the input, on which the padding of "same" and adaptive windows depend.

    Returns
    -------
    tuple of Equivalent
        One per framework: PyTorch, Keras, ONNX.

    Raises
    ------
    PoolcliError
        If the window does not fit the shape.
    """
    applied = AppliedPooling.of(pooling, shape)
    return tuple(calls.equivalent(applied) for calls in (PyTorchCalls(), KerasCalls(), OnnxCalls()))


class Calls(ABC):
    """The calls of one framework.

    Attributes
    ----------
    framework : str
        The name of the framework, as `Operation.layers` spells it.
    windowed : tuple of str
        The layers that take a window and no parameters of an operation.
    powers : str or None
        The layer that adds powers, if there is one.
    """

    framework: ClassVar[str]
    windowed: ClassVar[tuple[str, ...]]
    powers: ClassVar[str | None] = None

    def equivalent(self, applied: AppliedPooling) -> Equivalent:
        """Return the call, or the reason why there is none."""
        try:
            layer = self.check(applied)
            self.check_call(applied)
        except Unsupported as reason:
            return Equivalent(self.framework, None, str(reason))
        return Equivalent(self.framework, self.spell(applied, layer), None)

    def check(self, applied: AppliedPooling) -> Layer:
        """Return the layer of the operation.

        Raises
        ------
        Unsupported
            If the framework has no such layer, or none with these windows.
        """
        layer = find_layer(applied.operation, self.framework)
        known = (self.powers,) if isinstance(applied.operation, Lp) else self.windowed
        if layer.name not in known:
            raise Unsupported(f"has {layer.name}, whose parameters poolcli cannot translate")
        self.check_windows(applied)
        return layer

    @abstractmethod
    def check_windows(self, applied: AppliedPooling) -> None:
        """Raise Unsupported if the layer has no such windows, padding apart."""

    @abstractmethod
    def check_call(self, applied: AppliedPooling) -> None:
        """Raise Unsupported if a single call cannot pad like this, or cannot divide a sum."""

    @abstractmethod
    def spell(self, applied: AppliedPooling, layer: Layer) -> str:
        """Return the call."""


class PyTorchCalls(Calls):
    """Layers of `torch.nn`."""

    framework = "PyTorch"
    windowed = ("MaxPool2d", "AvgPool2d")
    powers = "LPPool2d"

    def check_windows(self, applied: AppliedPooling) -> None:
        """Raise Unsupported for a dilated window of any layer but MaxPool2d."""
        operation = applied.operation
        if applied.dilated and find_layer(operation, self.framework).name != "MaxPool2d":
            raise Unsupported(f"dilates no {operation.name} pooling")

    def check_call(self, applied: AppliedPooling) -> None:
        """Raise Unsupported if padding is asymmetric or exceeds half the kernel."""
        if applied.asymmetric:
            raise Unsupported("pads both sides of an axis alike")
        if pads_beyond_half(applied):
            raise Unsupported("pads by at most half the kernel")
        if applied.padded and isinstance(applied.operation, Lp):
            raise Unsupported(f"pads no {applied.operation.name} pooling")

    def spell(self, applied: AppliedPooling, layer: Layer) -> str:
        """Return a layer of `nn`, applied to x."""
        operation = applied.operation
        arguments = self._arguments(applied)
        if isinstance(operation, Lp):
            power = f"{operation.norm:g}"
            if applied.output_size is not None:
                return f"nn.AdaptiveAvgPool2d({arguments})(x.abs() ** {power}) ** (1 / {power})"
            return f"nn.{layer.name}({power}, {arguments})(x.abs()) / {_root(applied.area, power)}"
        if layer.name == "AvgPool2d" and applied.padded:
            arguments += f", count_include_pad={operation.padding_counts}"
        adaptive = "" if applied.output_size is None else "Adaptive"
        return _apply(f"nn.{adaptive}{layer.name}({arguments})", layer)

    def _arguments(self, applied: AppliedPooling) -> str:
        """Return the arguments that describe the windows."""
        if applied.output_size is not None:
            return str(tuple(applied.output_size))
        arguments = [
            f"kernel_size={_spell_pair(applied.each('kernel'))}",
            f"stride={_spell_pair(applied.each('stride'))}",
        ]
        if applied.padded:
            arguments.append(f"padding={_spell_pair(applied.each('before'))}")
        if applied.dilated:
            arguments.append(f"dilation={_spell_pair(applied.each('dilation'))}")
        if applied.partial:
            arguments.append("ceil_mode=True")
        return ", ".join(arguments)


class KerasCalls(Calls):
    """Layers of `keras.layers`."""

    framework = "Keras"
    windowed = ("MaxPooling2D", "AveragePooling2D")

    def check_windows(self, applied: AppliedPooling) -> None:
        """Raise Unsupported for adaptive and dilated windows."""
        # Keras 3.15 has adaptive layers, but on TensorFlow 2.21 some sizes end the process.
        if applied.irregular:
            raise Unsupported("has no adaptive layer that works for every size")
        if applied.dilated:
            raise Unsupported("dilates no pooling")

    def check_call(self, applied: AppliedPooling) -> None:
        """Raise Unsupported for padding other than that of "same", and for ceil mode."""
        if applied.padded and not applied.equals_same:
            raise Unsupported('pads like "same" or not at all')
        if applied.padded and applied.operation.padding_counts:
            raise Unsupported("never counts padding")
        if applied.partial:
            raise Unsupported("has no ceil mode")

    def spell(self, applied: AppliedPooling, layer: Layer) -> str:
        """Return a layer of `keras.layers`, applied to x."""
        arguments = [
            f"pool_size={_spell_pair(applied.each('kernel'))}",
            f"strides={_spell_pair(applied.each('stride'))}",
        ]
        if applied.padded:
            arguments.append('padding="same"')
        return _apply(f"keras.layers.{layer.name}({', '.join(arguments)})", layer)


class OnnxCalls(Calls):
    """Operators of ONNX."""

    framework = "ONNX"
    windowed = ("MaxPool", "AveragePool")
    powers = "LpPool"

    def check_windows(self, applied: AppliedPooling) -> None:
        """Raise Unsupported for adaptive windows, wide padding and fractional powers."""
        operation = applied.operation
        if applied.irregular:
            raise Unsupported("has no adaptive pooling but the global one")
        if any(max(axis.before, axis.after) >= axis.kernel for axis in applied.regular_axes):
            raise Unsupported('pads by less than the kernel; "same" needs more with this dilation')
        if isinstance(operation, Lp) and operation.norm != int(operation.norm):
            raise Unsupported("takes whole norms only")

    def check_call(self, applied: AppliedPooling) -> None:
        """Raise Unsupported for power means over windows of different size."""
        if isinstance(applied.operation, Lp) and (applied.partial or applied.padded):
            raise Unsupported(
                "returns sums, which windows of different sizes would divide differently"
            )

    def spell(self, applied: AppliedPooling, layer: Layer) -> str:
        """Return an operator, applied to x."""
        operation = applied.operation
        arguments = [
            f"kernel_shape={applied.each('kernel')}",
            f"strides={applied.each('stride')}",
        ]
        if applied.padded:
            arguments.append(f"pads={[*applied.each('before'), *applied.each('after')]}")
            if operation.padding_counts:
                arguments.append("count_include_pad=1")
        if applied.dilated:
            arguments.append(f"dilations={applied.each('dilation')}")
        if applied.partial:
            arguments.append("ceil_mode=1")
        joined = ", ".join(arguments)
        if isinstance(operation, Lp):
            power = f"{operation.norm:g}"
            return f"op.{layer.name}(x, p={power}, {joined}) / {_root(applied.area, power)}"
        if layer.negated:
            return f"op.Neg(op.{layer.name}(op.Neg(x), {joined}))"
        return f"op.{layer.name}(x, {joined})"


def pads_beyond_half(applied: AppliedPooling) -> bool:
    """Return whether padding exceeds half the kernel, which PyTorch refuses."""
    return any(2 * axis.before > axis.kernel for axis in applied.regular_axes)


def _apply(made: str, layer: Layer) -> str:
    """Return a layer applied to x, or its negative applied to -x."""
    return f"-{made}(-x)" if layer.negated else f"{made}(x)"


def _root(area: int, power: str) -> str:
    """Return the divisor that turns the root of a sum of powers into that of their mean."""
    return f"{area} ** (1 / {power})"


def _spell_pair(numbers: Sequence[int]) -> str:
    return str(numbers[0]) if len(set(numbers)) == 1 else str(tuple(numbers))
