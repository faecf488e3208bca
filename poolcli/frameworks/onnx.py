"""onnxruntime: ONNX operators, as a model of one node or a few that the onnx package builds."""

from __future__ import annotations

from typing import Any

import numpy as np

from poolcli.equivalents import Pooling
from poolcli.frameworks.framework import (
    Answer,
    Array,
    Framework,
    Unsupported,
    fit,
    from_batch,
    has_real_maximum,
    holds,
    to_batch,
)

OPSET = 22


class OnnxRuntime(Framework):
    """ONNX operators run by onnxruntime on the CPU."""

    name = "onnxruntime"
    needs = ("onnxruntime", "onnx")

    def version(self) -> str:
        """Import the framework and name its version."""
        import onnxruntime

        return str(onnxruntime.__version__)

    def pool(self, layers: Array, pooling: Pooling) -> Answer:
        """Pool an array (H, W, C)."""
        if pooling.operation == "median":
            raise Unsupported("has no median pooling")
        if pooling.irregular:
            raise Unsupported("has no adaptive pooling but the global one")
        if any(max(axis.before, axis.after) >= axis.kernel for axis in pooling.axes):
            raise Unsupported('pads by less than the kernel; "same" needs more with this dilation')
        attributes, remarks = _attributes(pooling)
        if pooling.operation == "avg":
            return _average(layers, pooling, attributes, remarks)
        if pooling.operation == "lp":
            return _power_mean(layers, pooling, attributes, remarks)
        return _maximum(layers, pooling, attributes, remarks)


def _attributes(pooling: Pooling) -> tuple[dict[str, Any], list[str]]:
    """Describe the window as ONNX does."""
    attributes: dict[str, Any] = {
        "kernel_shape": pooling.each("kernel"),
        "strides": pooling.each("stride"),
        "dilations": pooling.each("dilation"),
    }
    pads = [*pooling.each("before"), *pooling.each("after")]
    remarks = []
    skips = any(axis.stride > axis.kernel for axis in pooling.axes)
    if not pooling.asks_for_same:
        attributes |= {"pads": pads, "ceil_mode": int(pooling.ceil_mode)}
    elif pooling.dilated or skips:
        why = "forgets dilation" if pooling.dilated else "shifts windows whose stride skips pixels"
        remarks.append(
            f"{why} under auto_pad=SAME_UPPER: given TensorFlow's padding as numbers (pads)"
        )
        attributes["pads"] = pads
    else:
        attributes["auto_pad"] = "SAME_UPPER"
    return attributes, remarks


def _maximum(
    layers: Array, pooling: Pooling, attributes: dict[str, Any], remarks: list[str]
) -> Answer:
    x = fit(layers, "float32", "float64")
    nodes: list[tuple[str, dict[str, Any]]] = [("MaxPool", attributes)]
    signed = layers
    if pooling.operation == "min":
        nodes = [("Neg", {}), *nodes, ("Neg", {})]
        remarks.append("has no min pooling: taken as -MaxPool(-x)")
        signed = -x
    comparable = has_real_maximum(signed, pooling)
    if comparable is not None:
        remarks.append(
            "drops NaN in MaxPool, and makes a finite number of windows with nothing but -inf:"
            " windows with either are left out"
        )
    return Answer(_run(x, *nodes), tuple(remarks), comparable=comparable)


def _average(
    layers: Array, pooling: Pooling, attributes: dict[str, Any], remarks: list[str]
) -> Answer:
    if pooling.count_include_pad:
        attributes["count_include_pad"] = 1
    x, leniency = _round(layers, remarks)
    if leniency > 1:
        remarks[-1] += f", and {leniency} times the tolerance is allowed"
    return Answer(_run(x, ("AveragePool", attributes)), tuple(remarks), leniency=leniency)


def _power_mean(
    layers: Array, pooling: Pooling, attributes: dict[str, Any], remarks: list[str]
) -> Answer:
    power = int(pooling.norm)
    if power != pooling.norm:
        raise Unsupported("takes whole norms only")
    x, _ = _round(layers, remarks)
    remarks.append(
        "sums in LpPool, where poolcli takes the mean: divided by the p-th root of the number of"
        " pixels in each window"
    )
    remarks.append("takes powers and roots in float32: 16 times the tolerance is allowed")
    # Of ones it counts the pixels.
    sums, counts = (
        _run(y, ("LpPool", {**attributes, "p": p})).astype(np.float64)
        for y, p in ((x, power), (np.ones_like(x), 1))
    )
    means = sums / counts ** (1 / power)
    return Answer(means, tuple(remarks), leniency=16, powers="float32")


def _round(layers: Array, remarks: list[str]) -> tuple[Array, int]:
    """Give float32, in which alone onnxruntime averages, and the leniency that rounding needs."""
    if holds(layers, "float32"):
        return layers.astype(np.float32), 1
    with np.errstate(over="ignore"):
        rounded = layers.astype(np.float32)
    if not np.array_equal(np.isfinite(rounded), np.isfinite(layers)):
        raise Unsupported("computes in float32, whose range these numbers exceed")
    remarks.append("computes in float32 alone: the pixels were rounded to it first")
    return rounded, 2


def _run(layers: Array, *nodes: tuple[str, dict[str, Any]]) -> Array:
    """Run operators one after the other on an array (H, W, C)."""
    import onnx
    import onnxruntime

    batch = to_batch(layers)
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
