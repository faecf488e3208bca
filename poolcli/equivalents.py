"""The same pooling as PyTorch, Keras and ONNX spell it: text, from integers only.

A call that is given computes what poolcli computes, but for NaN and float rounding; where a
framework has no such call, the reason is given instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from poolcli.geometry import AdaptiveWindow, AnyAxis, AnyWindow, Axis, Window

_PYTORCH = {"max": "nn.MaxPool2d", "avg": "nn.AvgPool2d"}
_PYTORCH_ADAPTIVE = {"max": "nn.AdaptiveMaxPool2d", "avg": "nn.AdaptiveAvgPool2d"}
_KERAS = {"max": "keras.layers.MaxPooling2D", "avg": "keras.layers.AveragePooling2D"}
_ONNX = {"max": "op.MaxPool", "avg": "op.AveragePool"}


@dataclass(frozen=True)
class Equivalent:
    """How one framework spells an iteration.

    Attributes
    ----------
    framework : "PyTorch", "Keras" or "ONNX"
    call : str or None
        An expression in `x`, of shape (N, C, H, W), or (N, H, W, C) in Keras.
    reason : str or None
        Why there is no call, as the rest of a sentence that begins with the framework.
    """

    framework: str
    call: str | None
    reason: str | None


def equivalents(
    operation: str,
    window: AnyWindow,
    shape: Sequence[int],
    *,
    count_include_pad: bool = False,
    norm: float = 2.0,
) -> tuple[Equivalent, ...]:
    """Spell one iteration in every framework.

    Parameters
    ----------
    operation : "max", "avg", "min", "median" or "lp"
    window : Window or AdaptiveWindow
    shape : (rows, columns)
        Of what goes in: "same" and adaptive windows depend on it.
    count_include_pad : bool
        Padding counts in the divisor of an average.
    norm : float
        The power of a power mean.

    Raises
    ------
    PoolcliError
        If the window does not fit the shape.
    """
    pooling = Pooling.of(operation, window, shape, count_include_pad, norm)
    found = []
    for framework, (missing, spell) in _SPELLINGS.items():
        reason = next((reason for holds, reason in missing(pooling) if holds), None)
        found.append(Equivalent(framework, None if reason else spell(pooling), reason))
    return tuple(found)


@dataclass(frozen=True)
class Pooling:
    """One iteration, and what frameworks ask of it."""

    operation: str
    window: AnyWindow
    rows: AnyAxis
    columns: AnyAxis
    count_include_pad: bool = False
    norm: float = 2.0

    @classmethod
    def of(
        cls,
        operation: str,
        window: AnyWindow,
        shape: Sequence[int],
        count_include_pad: bool = False,
        norm: float = 2.0,
    ) -> Pooling:
        """Lay the window over `shape`; raise PoolcliError if it does not fit."""
        rows, columns = window.axes(shape)
        return cls(operation, window, rows, columns, count_include_pad, norm)

    @property
    def output_size(self) -> Sequence[int] | None:
        """Give the size that an adaptive window was asked for."""
        return self.window.output_size if isinstance(self.window, AdaptiveWindow) else None

    @property
    def ceil_mode(self) -> bool:
        """Tell whether partial windows are to be kept."""
        return isinstance(self.window, Window) and self.window.ceil_mode

    @property
    def asks_for_same(self) -> bool:
        """Tell whether padding was left to the rule of TensorFlow."""
        return isinstance(self.window, Window) and self.window.padding == "same"

    @property
    def axes(self) -> list[Axis]:
        """List the axes whose windows are equal and equally far apart."""
        return [axis for axis in (self.rows, self.columns) if isinstance(axis, Axis)]

    @property
    def irregular(self) -> bool:
        """Tell whether windows differ."""
        return len(self.axes) < 2

    @property
    def padded(self) -> bool:
        """Tell whether any side has padding."""
        return any(axis.before or axis.after for axis in self.axes)

    @property
    def lopsided(self) -> bool:
        """Tell whether two sides of an axis differ in padding."""
        return any(axis.before != axis.after for axis in self.axes)

    @property
    def same(self) -> bool:
        """Tell whether padding is what TensorFlow chooses for "same"."""
        return all(axis.is_same for axis in self.axes)

    @property
    def dilated(self) -> bool:
        """Tell whether windows have gaps."""
        return any(axis.dilation > 1 for axis in self.axes)

    @property
    def partial(self) -> bool:
        """Tell whether a window reaches beyond image and padding, as in ceil mode."""
        return any(axis.reach > axis.before + axis.size + axis.after for axis in self.axes)

    @property
    def area(self) -> int:
        """Count the taps of a window."""
        return self.rows.kernel * self.columns.kernel

    def each(self, name: str) -> list[int]:
        """Give an attribute of both axes."""
        return [getattr(axis, name) for axis in (self.rows, self.columns)]


_Reasons = Iterable[tuple[bool, str]]


def _missing_in_pytorch(pooling: Pooling) -> _Reasons:
    yield pooling.operation == "median", "has no median pooling"
    yield pooling.lopsided, "pads both sides of an axis alike"
    too_far = any(2 * axis.before > axis.kernel for axis in pooling.axes)
    yield too_far, "pads by at most half the kernel"
    yield pooling.operation == "lp" and pooling.padded, "pads no lp pooling"
    averages = pooling.operation in ("avg", "lp")
    yield averages and pooling.dilated, f"dilates no {pooling.operation} pooling"


def _spell_in_pytorch(pooling: Pooling) -> str:
    power = f"{pooling.norm:g}"
    if pooling.output_size is not None:
        size = str(tuple(pooling.output_size))
        if pooling.operation == "lp":
            return f"nn.AdaptiveAvgPool2d({size})(x.abs() ** {power}) ** (1 / {power})"
        return _layer(pooling, _PYTORCH_ADAPTIVE, [size])
    arguments = [
        f"kernel_size={_pair(pooling.each('kernel'))}",
        f"stride={_pair(pooling.each('stride'))}",
        *[f"padding={_pair(pooling.each('before'))}"] * pooling.padded,
        *[f"dilation={_pair(pooling.each('dilation'))}"] * pooling.dilated,
        *["ceil_mode=True"] * pooling.partial,
    ]
    if pooling.operation == "lp":
        layer = f"nn.LPPool2d({power}, {', '.join(arguments)})(x.abs())"
        return f"{layer} / {pooling.area} ** (1 / {power})"
    if pooling.operation == "avg" and pooling.padded:
        arguments.append(f"count_include_pad={pooling.count_include_pad}")
    return _layer(pooling, _PYTORCH, arguments)


def _missing_in_keras(pooling: Pooling) -> _Reasons:
    yield pooling.operation in ("median", "lp"), f"has no {pooling.operation} pooling"
    # Keras 3.15 has such layers, but on TensorFlow 2.21 some sizes end the process.
    yield pooling.irregular, "has no adaptive layer that works for every size"
    yield pooling.dilated, "dilates no pooling"
    yield pooling.padded and not pooling.same, 'pads as "same" asks or not at all'
    yield pooling.padded and pooling.count_include_pad, "never counts padding"
    yield pooling.partial, "has no ceil mode"


def _spell_in_keras(pooling: Pooling) -> str:
    arguments = [
        f"pool_size={_pair(pooling.each('kernel'))}",
        f"strides={_pair(pooling.each('stride'))}",
        *['padding="same"'] * pooling.padded,
    ]
    return _layer(pooling, _KERAS, arguments)


def _missing_in_onnx(pooling: Pooling) -> _Reasons:
    yield pooling.operation == "median", "has no median pooling"
    yield pooling.irregular, "has no adaptive pooling but the global one"
    too_far = any(max(axis.before, axis.after) >= axis.kernel for axis in pooling.axes)
    yield too_far, "pads by less than the kernel"
    if pooling.operation == "lp":
        uneven = pooling.partial or pooling.padded
        yield uneven, "gives sums, which windows of different size would not divide alike"
        yield pooling.norm != int(pooling.norm), "takes whole norms only"


def _spell_in_onnx(pooling: Pooling) -> str:
    pads = [*pooling.each("before"), *pooling.each("after")]
    arguments = [
        f"kernel_shape={pooling.each('kernel')}",
        f"strides={pooling.each('stride')}",
        *[f"pads={pads}"] * pooling.padded,
        *["count_include_pad=1"] * (pooling.padded and pooling.count_include_pad),
        *[f"dilations={pooling.each('dilation')}"] * pooling.dilated,
        *["ceil_mode=1"] * pooling.partial,
    ]
    joined = ", ".join(arguments)
    if pooling.operation == "lp":
        return (
            f"op.LpPool(x, p={pooling.norm:g}, {joined}) / {pooling.area} ** (1 / {pooling.norm:g})"
        )
    if pooling.operation == "min":
        return f"op.Neg(op.MaxPool(op.Neg(x), {joined}))"
    return f"{_ONNX[pooling.operation]}(x, {joined})"


_SPELLINGS = {
    "PyTorch": (_missing_in_pytorch, _spell_in_pytorch),
    "Keras": (_missing_in_keras, _spell_in_keras),
    "ONNX": (_missing_in_onnx, _spell_in_onnx),
}


def _layer(pooling: Pooling, names: dict[str, str], arguments: Sequence[str]) -> str:
    """Write a layer applied to x; the smallest pixel is the largest of the negative ones."""
    joined = ", ".join(arguments)
    if pooling.operation == "min":
        return f"-{names['max']}({joined})(-x)"
    return f"{names[pooling.operation]}({joined})(x)"


def _pair(numbers: Sequence[int]) -> str:
    return str(numbers[0]) if len(set(numbers)) == 1 else str(tuple(numbers))
