"""AppendedGraph: a network as it is, with nodes put before and behind it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx  # type: ignore[import-not-found]  # in an environment of its own: README.md
import onnx.version_converter  # type: ignore[import-not-found]
from onnx import helper as make
from onnx import numpy_helper

OPSET = 13


class AppendedGraph:
    """A model under conversion.

    Args:
        path: the source; brought to operator set 13 if it is older.

    Attributes:
        source: its graph.
        metadata: its key-value properties.
    """

    def __init__(self, path: str) -> None:
        loaded = onnx.load(path)
        self.metadata = {one.key: one.value for one in loaded.metadata_props}
        model = onnx.version_converter.convert_version(loaded, OPSET)
        self.source = model.graph
        self._before: list[Any] = []
        self._behind: list[Any] = []
        self._to = self._before
        self._constants: dict[str, np.ndarray] = {}

    @property
    def input_name(self) -> str:
        """Name of the network's own input."""
        return str(self.source.input[0].name)

    @property
    def output_name(self) -> str:
        """Name of the network's first output."""
        return str(self.source.output[0].name)

    def behind(self) -> None:
        """Put the nodes that follow behind the network."""
        self._to = self._behind

    def constant(self, name: str, value: Any) -> str:
        """Add a constant tensor and return its name."""
        self._constants[f"x_{name}"] = np.asarray(value)
        return f"x_{name}"

    def node(self, op: str, inputs: Sequence[str], outputs: str | Sequence[str], **attributes: Any) -> None:
        """Append a node."""
        names = [outputs] if isinstance(outputs, str) else list(outputs)
        self._to.append(make.make_node(op, list(inputs), names, **attributes))

    def save(self, target: str, name: str, inputs: Sequence[Any], outputs: Sequence[Any]) -> None:
        """Check the model and write it, with these inputs and outputs."""
        tensors = [
            *self.source.initializer,
            *(numpy_helper.from_array(value, key) for key, value in self._constants.items()),
        ]
        nodes = [*self._before, *self.source.node, *self._behind]
        graph = make.make_graph(nodes, name, list(inputs), list(outputs), tensors)
        opset = make.make_opsetid("", OPSET)
        model = make.make_model(graph, opset_imports=[opset], ir_version=8, producer_name=name)
        onnx.checker.check_model(model)
        onnx.save(model, target)
