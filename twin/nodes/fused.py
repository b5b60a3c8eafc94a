"""What onnxruntime makes of a quantised model: its graph once every layer is fused to integers.

Exporting this graph, and not the file's, is what makes equal arithmetic a matter of reading: what
onnxruntime leaves in floats is seen as such.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime

from twin.errors import BadInput, Fault


def _options() -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    return options


def _open(content: bytes, options: onnxruntime.SessionOptions, file: str) -> Session:
    try:
        return Session(
            onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        )
    except Exception as error:  # onnxruntime raises a dozen kinds; all mean: cannot be run
        reason = " ".join(str(error).split())[:200]
        raise BadInput(Fault(f"is not a model that can be run: {reason}", file=file)) from error


class Session:
    """A model of one input and one output at work."""

    def __init__(self, session: onnxruntime.InferenceSession) -> None:
        self._session = session
        self._input: str = session.get_inputs()[0].name

    def run(self, rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Return the outputs for ``rows``, the first axis being the batch."""
        return np.asarray(self._session.run(None, {self._input: rows})[0], np.float32)


def session(content: bytes, *, file: str = "") -> Session:
    """Open a model as nodes run it: every optimisation, one thread.

    Raises
    ------
    BadInput
        When onnxruntime cannot run it.
    """
    return _open(content, _options(), file)


def fused(content: bytes, *, file: str = "") -> bytes:
    """Return the graph with its quantised layers fused, as an ONNX file.

    Raises
    ------
    BadInput
        When onnxruntime cannot run it.
    """
    options = _options()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fused.onnx"
        options.optimized_model_filepath = str(path)
        _open(content, options, file)
        return path.read_bytes()
