"""onnxruntime: ONNX operators, as models of one to three nodes that the onnx package builds."""

from __future__ import annotations

from typing import Any

import numpy as np

from poolcli.arrays import Array
from poolcli.frameworks.applied import AppliedPooling
from poolcli.frameworks.calls import OnnxCalls
from poolcli.frameworks.conversions import fit, from_batch, represents, to_batch
from poolcli.frameworks.framework import Answer, Framework
from poolcli.frameworks.layers import Layer, Unsupported
from poolcli.frameworks.windows import has_real_maximum, powers_in_range
from poolcli.operations import Lp

OPSET = 22

Node = tuple[str, dict[str, Any]]


class OnnxRuntime(Framework):
    """ONNX operators, run by onnxruntime on the CPU."""

    name = "onnxruntime"
    needs = ("onnxruntime", "onnx")

    def version(self) -> str:
        """Import the framework and return its version."""
        import onnxruntime

        return str(onnxruntime.__version__)

    def pool(self, image: Array, applied: AppliedPooling) -> Answer:
        """Pool an image; see `Framework.pool`."""
        layer = OnnxCalls().check(applied)
        call = _Call(image, applied, layer)
        if isinstance(applied.operation, Lp):
            return call.power_mean(int(applied.operation.norm))
        return call.average() if layer.name == "AveragePool" else call.maximum()


class _Call:
    """One iteration, called as ONNX defines its operators, with remarks on what differs.

    Attributes
    ----------
    attributes : dict
        The window, as the operators take it.
    remarks : list of str
        As in `Answer`.
    """

    def __init__(self, image: Array, applied: AppliedPooling, layer: Layer) -> None:
        self.image, self.applied, self.layer = image, applied, layer
        self.remarks: list[str] = []
        self.attributes: dict[str, Any] = {
            "kernel_shape": applied.each("kernel"),
            "strides": applied.each("stride"),
            "dilations": applied.each("dilation"),
            **self._padding(),
        }

    def _padding(self) -> dict[str, Any]:
        """Return the attributes of padding, as numbers where auto_pad would shift windows."""
        applied = self.applied
        pads = [*applied.each("before"), *applied.each("after")]
        if not applied.requests_same:
            return {"pads": pads, "ceil_mode": int(applied.ceil_mode)}
        skips = any(axis.stride > axis.kernel for axis in applied.regular_axes)
        if not applied.dilated and not skips:
            return {"auto_pad": "SAME_UPPER"}
        reason = "shifts windows whose stride skips pixels"
        if applied.dilated:
            reason = "forgets dilation"
        self.remarks.append(
            f"{reason} under auto_pad=SAME_UPPER: given TensorFlow's padding as numbers (pads)"
        )
        return {"pads": pads}

    def maximum(self) -> Answer:
        """Return maxima, or the negative of those of the negative image."""
        x = fit(self.image, "float32", "float64")
        nodes, signed = self._nodes(), self.image
        if self.layer.negated:
            signed = -x
        comparable = has_real_maximum(signed, self.applied)
        if comparable is not None:
            self.remarks.append(
                "drops NaN in MaxPool, and returns a finite number for windows of nothing but -inf:"
                " windows with either are left out"
            )
        return Answer(_run(x, *nodes), tuple(self.remarks), comparable=comparable)

    def average(self) -> Answer:
        """Return averages, which onnxruntime computes in float32 alone."""
        if self.applied.operation.padding_counts:
            self.attributes["count_include_pad"] = 1
        x, leniency = self._round()
        if leniency > 1:
            self.remarks[-1] += f", and {leniency} times the tolerance is allowed"
        return Answer(_run(x, *self._nodes()), tuple(self.remarks), leniency=leniency)

    def power_mean(self, norm: int) -> Answer:
        """Return power means: the roots of sums, divided."""
        x, _ = self._round()
        self.remarks.append(
            "sums in LpPool, where poolcli takes the mean: divided by the p-th root of the number"
            " of pixels in each window"
        )
        self.remarks.append("takes powers and roots in float32: 16 times the tolerance is allowed")
        # The sum of ones is the number of pixels.
        sums, counts = (
            _run(y, (self.layer.name, {**self.attributes, "p": p})).astype(np.float64)
            for y, p in ((x, norm), (np.ones_like(x), 1))
        )
        means = sums / counts ** (1 / norm)
        in_range = powers_in_range(self.image, self.applied, norm, "float32")
        return Answer(means, tuple(self.remarks), in_range=in_range, leniency=16)

    def _nodes(self) -> list[Node]:
        """Return the operator, between two negations if the layer is negated."""
        node: Node = (self.layer.name, self.attributes)
        if not self.layer.negated:
            return [node]
        name = self.applied.operation.name
        self.remarks.append(f"has no {name} pooling: taken as -{self.layer.name}(-x)")
        return [("Neg", {}), node, ("Neg", {})]

    def _round(self) -> tuple[Array, int]:
        """Return the image in float32, and the leniency that this rounding needs."""
        image = self.image
        if represents("float32", image):
            return image.astype(np.float32), 1
        with np.errstate(over="ignore"):
            rounded = image.astype(np.float32)
        if not np.array_equal(np.isfinite(rounded), np.isfinite(image)):
            raise Unsupported("computes in float32, whose range these numbers exceed")
        self.remarks.append("computes in float32 alone: the pixels were rounded to it first")
        return rounded, 2


def _run(image: Array, *nodes: Node) -> Array:
    """Run operators one after the other on an image (H, W, C)."""
    import onnx
    import onnxruntime

    batch = to_batch(image)
    element = onnx.helper.np_dtype_to_tensor_dtype(batch.dtype)
    graph = onnx.helper.make_graph(
        [
            onnx.helper.make_node(operator, [f"x{number}"], [f"x{number + 1}"], **attributes)
            for number, (operator, attributes) in enumerate(nodes)
        ],
        "pooling",
        [onnx.helper.make_tensor_value_info("x0", element, batch.shape)],
        [onnx.helper.make_tensor_value_info(f"x{len(nodes)}", element, [None] * 4)],
    )
    opsets = [onnx.helper.make_opsetid("", OPSET)]
    model = onnx.helper.make_model(graph, opset_imports=opsets, ir_version=10)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return from_batch(session.run(None, {"x0": batch})[0])
