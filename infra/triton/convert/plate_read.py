"""PP-OCR's recognition becomes one graph from uint8 plates to probabilities of 36 characters at 40 places.

    python -m infra.triton.convert.plate_read PP-OCRv6_rec_small.onnx TARGET.onnx

In: images uint8 [N, 48, 320, 3], RGB. Out: probs float32 [N, 40, 37]; column 0 is CTC's blank, 1 to 36 are 0-9 and A-Z.
A plate has no small letters, so a small letter's probability goes to its capital; what only separates (a space, a dash,
a dot) tells two equal characters apart as the blank does, and goes to the blank. A row's rest to 1 is other writing.
"""

import sys
from collections.abc import Sequence

import numpy as np
from onnx import TensorProto  # type: ignore[import-not-found]  # in an environment of its own: README.md
from onnx import helper as make

from infra.triton.convert.appended_graph import AppendedGraph

SYMBOLS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SEPARATORS = " -.,·•|_:'`"
HEIGHT_PX, WIDTH_PX, PLACES = 48, 320, 40


def columns_of(characters: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return which of the network's columns count, int64 [K], and for which symbol, float32 [K, 37] of 0 and 1.

    Args:
        characters: the network's, without the blank before and the space behind them.
    """
    every = ["", *characters, " "]
    target: dict[int, int] = {0: 0}
    for column, character in enumerate(every[1:], 1):
        if character in SEPARATORS:
            target[column] = 0
        elif character.isascii() and character.upper() in SYMBOLS:
            target[column] = 1 + SYMBOLS.index(character.upper())
    chosen = np.array(sorted(target), np.int64)
    counted = np.zeros((len(chosen), 1 + len(SYMBOLS)), np.float32)
    counted[np.arange(len(chosen)), [target[int(column)] for column in chosen]] = 1.0
    return chosen, counted


def main(arguments: Sequence[str]) -> None:
    """Convert one file."""
    source, target = arguments
    graph = AppendedGraph(source)
    # Normalised to -1..1, blue first, channels first: as PaddleOCR's recognition is trained.
    graph.node("Cast", ["images"], "i_f", to=TensorProto.FLOAT)
    graph.node("Mul", ["i_f", graph.constant("scale", np.float32(1 / 127.5))], "i_m")
    graph.node("Sub", ["i_m", graph.constant("one", np.float32(1))], "i_n")
    graph.node("Gather", ["i_n", graph.constant("bgr", np.array([2, 1, 0], np.int64))], "i_b", axis=3)
    graph.node("Transpose", ["i_b"], graph.input_name, perm=[0, 3, 1, 2])
    graph.behind()
    chosen, counted = columns_of(graph.metadata["character"].splitlines())
    graph.node("Gather", [graph.output_name, graph.constant("chosen", chosen)], "some", axis=2)
    graph.node("MatMul", ["some", graph.constant("counted", counted)], "probs")
    info = make.make_tensor_value_info
    graph.save(
        target,
        "plate_read",
        [info("images", TensorProto.UINT8, ["N", HEIGHT_PX, WIDTH_PX, 3])],
        [info("probs", TensorProto.FLOAT, ["N", PLACES, 1 + len(SYMBOLS)])],
    )


if __name__ == "__main__":
    main(sys.argv[1:])
