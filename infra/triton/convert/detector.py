"""NanoDet-g with six raw heads and batch 1 becomes one graph from uint8 pictures to boxes, for any batch size.

    python -m infra.triton.convert.detector SOURCE.onnx TARGET.onnx [SCORE_FLOOR=0.15] [IOU=0.6]

In: images uint8 [N, 416, 416, 3], RGB, letterboxed. Out: boxes float32 [N, 100, 4] (xyxy, pixels of the canvas),
scores float32 [N, 100], class_ids int32 [N, 100] (COCO-80; -1 pads), count int32 [N, 1].
"""

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx  # type: ignore[import-not-found]  # in an environment of its own: README.md
from onnx import TensorProto, numpy_helper
from onnx import helper as make

CANDIDATES, MOST_BOXES, SIDE_PX, STRIDES_PX = 300, 100, 416, (8, 16, 32)
#: nanodet's own normalisation (BGR), from its config nanodet-g.yml.
MEAN_BGR = np.array([103.53, 116.28, 123.675], np.float32)
SD_BGR = np.array([57.375, 57.12, 58.395], np.float32)
#: Nodes that only compute shapes which pads and reshapes state directly here.
SHAPE_NODES = {"Expand", "ScatterND", "Cast", "Pad"}


class Surgery:
    """The new graph under construction.

    Args:
        source: the model to convert.
    """

    def __init__(self, source: Any) -> None:
        self.source = source.graph
        self.weights = {i.name: numpy_helper.to_array(i) for i in self.source.initializer}
        self.constants: dict[str, np.ndarray] = {}
        self.nodes: list[Any] = []

    def constant(self, name: str, value: Any) -> str:
        """Add a constant tensor and return its name."""
        self.constants[name] = np.asarray(value)
        return name

    def node(self, op: str, inputs: Sequence[str], outputs: str | Sequence[str], **attributes: Any) -> None:
        """Append a node."""
        names = [outputs] if isinstance(outputs, str) else list(outputs)
        self.nodes.append(make.make_node(op, list(inputs), names, **attributes))

    def normalise(self) -> None:
        """Cast, subtract the mean, divide by the standard deviation, NHWC to NCHW; channels stay RGB."""
        self.node("Cast", ["images"], "pre_f", to=TensorProto.FLOAT)
        self.node("Sub", ["pre_f", self.constant("mean_rgb", MEAN_BGR[::-1].copy())], "pre_s")
        self.node("Mul", ["pre_s", self.constant("istd_rgb", 1 / SD_BGR[::-1])], "pre_n")
        self.node("Transpose", ["pre_n"], "pre_x", perm=[0, 3, 1, 2])

    def backbone(self) -> None:
        """Copy the network: pads into convolutions, computed shapes out, RGB to BGR into the first weights."""
        pads = {n.output[0]: n.input[0] for n in self.source.node if n.op_type == "Pad"}
        first = True
        for node in self.source.node:
            computed = node.op_type == "Add" and any("SparseToDense" in name for name in node.input)
            if node.op_type in SHAPE_NODES or computed:
                continue
            if node.op_type in {"Conv", "MaxPool"} and node.input[0] in pads:
                node.input[0] = pads[node.input[0]]
                node.attribute.append(make.make_attribute("pads", [1, 1, 1, 1]))
            node.input[0] = "pre_x" if node.input[0] == "input_1:0" else node.input[0]
            if first and node.op_type == "Conv":
                self.weights[node.input[1]] = self.weights[node.input[1]][:, ::-1].copy()
                first = False
            if node.op_type == "Reshape":
                channels = 80 if "143" in node.input[1] else 44
                node.input[1] = self.constant(f"rs_{channels}", np.array([0, channels, -1], np.int64))
            self.nodes.append(node)

    def decode(self) -> None:
        """Best class and box of the strongest candidates: softmax expectation of each side's distance from its cell."""
        self.node("Concat", ["Identity:0", "Identity_1:0", "Identity_2:0"], "cls", axis=1)
        self.node("Concat", ["Identity_3:0", "Identity_4:0", "Identity_5:0"], "dfl", axis=1)
        self.node("ReduceMax", ["cls"], "best", axes=[2], keepdims=0)
        k = self.constant("k_pre", np.array([CANDIDATES], np.int64))
        self.node("TopK", ["best", k], ["c_score", "c_idx"], axis=1, largest=1, sorted=1)
        self.node("Unsqueeze", ["c_idx", self.constant("ax2", np.array([2], np.int64))], "c_idx3")
        self.node("GatherND", ["cls", "c_idx3"], "c_cls", batch_dims=1)
        self.node("GatherND", ["dfl", "c_idx3"], "c_dfl", batch_dims=1)
        self.node("ArgMax", ["c_cls"], "c_id", axis=2, keepdims=0)
        centres, strides = _cells()
        self.node("Gather", [self.constant("ctr", np.concatenate([centres, centres], 1)), "c_idx"], "c_ctr", axis=0)
        self.node("Gather", [self.constant("stride", strides), "c_idx"], "c_st", axis=0)
        self.node("Reshape", ["c_dfl", self.constant("rs_dfl", np.array([0, CANDIDATES, 4, 11], np.int64))], "d4")
        self.node("Softmax", ["d4"], "d4s", axis=-1)
        self.node("Mul", ["d4s", self.constant("bins", np.arange(11, dtype=np.float32))], "d4m")
        self.node("ReduceSum", ["d4m", self.constant("ax3", np.array([3], np.int64))], "dist", keepdims=0)
        self.node("Mul", ["dist", self.constant("ltrb_sign", np.array([-1, -1, 1, 1], np.float32))], "dist_s")
        self.node("Mul", ["dist_s", "c_st"], "dist_px")
        self.node("Add", ["c_ctr", "dist_px"], "c_box_raw")
        limits = [self.constant("lo", np.float32(0)), self.constant("hi", np.float32(SIDE_PX))]
        self.node("Clip", ["c_box_raw", *limits], "c_box")

    def suppress(self, score_floor: float, iou: float) -> None:
        """Class-aware suppression by one-hot scores, then the dense, score-sorted best boxes."""
        self.node(
            "OneHot",
            [
                "c_id",
                self.constant("depth", np.array([80], np.int64)),
                self.constant("oh", np.array([0, 1], np.float32)),
            ],
            "c_oh",
            axis=-1,
        )
        self.node("Unsqueeze", ["c_score", "ax2"], "c_score3")
        self.node("Mul", ["c_oh", "c_score3"], "nms_s0")
        self.node("Transpose", ["nms_s0"], "nms_s", perm=[0, 2, 1])
        limits = [
            self.constant("nms_max", np.array([MOST_BOXES], np.int64)),
            self.constant("nms_iou", np.array([iou], np.float32)),
            self.constant("nms_thr", np.array([score_floor], np.float32)),
        ]
        self.node("NonMaxSuppression", ["c_box", "nms_s", *limits], "sel")
        self.node("Gather", ["sel", self.constant("cols", np.array([0, 2], np.int64))], "sel_bi", axis=1)
        self.node("GatherND", ["c_score", "sel_bi"], "sel_score")
        self.node("Mul", ["c_score", self.constant("zero", np.float32(0))], "z")
        self.node("ScatterND", ["z", "sel_bi", "sel_score"], "kept")
        k = self.constant("k_out", np.array([MOST_BOXES], np.int64))
        self.node("TopK", ["kept", k], ["scores", "o_idx"], axis=1, largest=1, sorted=1)
        self.node("Unsqueeze", ["o_idx", "ax2"], "o_idx3")
        self.node("GatherND", ["c_box", "o_idx3"], "o_box", batch_dims=1)
        self.node("GatherND", ["c_id", "o_idx3"], "o_id", batch_dims=1)
        self.node("Greater", ["scores", "zero"], "valid")
        self.node("Unsqueeze", ["valid", "ax2"], "valid3")
        self.node("Where", ["valid3", "o_box", "zero"], "boxes")
        self.node("Cast", ["o_id"], "o_id32", to=TensorProto.INT32)
        self.node("Where", ["valid", "o_id32", self.constant("m1", np.int32(-1))], "class_ids")
        self.node("Cast", ["valid"], "v32", to=TensorProto.INT32)
        self.node("ReduceSum", ["v32", self.constant("ax1", np.array([1], np.int64))], "count", keepdims=1)

    def model(self) -> Any:
        """Return the finished model."""
        used = {name for node in self.nodes for name in node.input}
        tensors = [
            numpy_helper.from_array(np.ascontiguousarray(value), name)
            for name, value in {**self.weights, **self.constants}.items()
            if name in used
        ]
        info = make.make_tensor_value_info
        graph = make.make_graph(
            self.nodes,
            "nanodet_g_416_e2e",
            [info("images", TensorProto.UINT8, ["N", SIDE_PX, SIDE_PX, 3])],
            [
                info("boxes", TensorProto.FLOAT, ["N", MOST_BOXES, 4]),
                info("scores", TensorProto.FLOAT, ["N", MOST_BOXES]),
                info("class_ids", TensorProto.INT32, ["N", MOST_BOXES]),
                info("count", TensorProto.INT32, ["N", 1]),
            ],
            tensors,
        )
        opset = make.make_opsetid("", 13)
        return make.make_model(graph, opset_imports=[opset], ir_version=8, producer_name="nanodet-e2e")


def _cells() -> tuple[np.ndarray, np.ndarray]:
    """Return the cells' centres float32 [3549, 2] and strides float32 [3549, 1], pixels."""
    centres, strides = [], []
    for stride in STRIDES_PX:
        cells = SIDE_PX // stride
        y, x = np.mgrid[:cells, :cells]
        centres.append(np.stack([(x + 0.5) * stride, (y + 0.5) * stride], -1).reshape(-1, 2))
        strides.append(np.full(cells * cells, stride))
    return np.concatenate(centres).astype(np.float32), np.concatenate(strides).astype(np.float32)[:, None]


def main(arguments: Sequence[str]) -> None:
    """Convert one file."""
    source, target = arguments[:2]
    score_floor = float(arguments[2]) if len(arguments) > 2 else 0.15
    iou = float(arguments[3]) if len(arguments) > 3 else 0.6
    surgery = Surgery(onnx.load(source))
    surgery.normalise()
    surgery.backbone()
    surgery.decode()
    surgery.suppress(score_floor, iou)
    model = surgery.model()
    onnx.checker.check_model(model)
    onnx.save(model, target)


if __name__ == "__main__":
    main(sys.argv[1:])
