"""The hot loops of the noise, in machine code.

Everything compiled stands in this one file: numba's cache on disk sees a change of the file of a cached function, and
of no other. No fast-math: the same input gives the same bits.

Random numbers are hashes (splitmix64's finaliser: Steele, Lea and Flood, Fast splittable pseudorandom number
generators, OOPSLA 2014) of (seed, camera, object, purpose, tick). Nothing is carried from frame to frame, so any split
of the work over calls and processes gives the same numbers. What lasts over frames is had so:

- A two-state Markov chain of misses: at each tick, with probability q, the state is drawn anew, else it stays. The
  state at a tick is what was drawn at the last renewal, which is looked for backwards. With recall r, runs of misses
  have mean length 1 / (q r), so q = 1 / (r run). A renewal is forced every LOOK_BACK ticks, at a place that differs
  from object to object.
- A box's drifting error: a sum of the last TAPS ticks' normal numbers with weights rho^k, of unit variance; its lag-k
  correlation is rho^k but for what the cut-off takes.
- Labels, doubles and false alarms: renewals as above.
"""

import math
from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

F = TypeVar("F", bound=Callable[..., Any])
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bytes = NDArray[np.uint8]

#: A renewal is forced after so many ticks at most.
LOOK_BACK: Final = 64
#: Ticks that make up a box's drifting error.
TAPS: Final = 16
#: Weights below this are left out.
LEAST_WEIGHT: Final = 0.02
#: Entries of the table of normal numbers.
NORMALS: Final = 65_536
#: Chances of a false alarm of one class in a frame are at most this, so that its runs can be long enough.
SLOT_CHANCE: Final = 0.5
#: A false box moves by this share of its size from tick to tick: about as much as true ones of its size.
FALSE_JITTER_RATIO: Final = 0.03
#: Highest score that is given.
TOP_SCORE: Final = 0.99
#: Most boxes of a frame that are sorted; perception keeps 200 (PerceptionSettings.most_boxes).
MOST_BOXES: Final = 200

# Purposes of random numbers.
MISS, ERROR, SCORE, LABEL, FALSE, PLATE, DOUBLE = (np.uint64(n) for n in range(1, 8))
_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S32, _S16, _S11 = (np.uint64(n) for n in (30, 27, 31, 32, 16, 11))
_LOW_16 = np.uint64(0xFFFF)
_LOW_32 = np.uint64(0xFFFFFFFF)

# Columns of a class's bin: see NoiseTables.
RECALL, RENEWAL, CENTRE_X, CENTRE_Y, WIDTH, HEIGHT = range(6)
CENTRE_X_SD, CENTRE_Y_SD, WIDTH_SD, HEIGHT_SD, RHO, SCORE_MEAN, SCORE_SD = range(6, 13)
BIN_COLUMNS: Final = 13
# Columns of a class's false alarms.
PER_SLOT, SLOTS, FALSE_RENEWAL, LOG_MEAN, LOG_SD, ASPECT_MEAN, ASPECT_SD, FALSE_SCORE, FALSE_SCORE_SD = range(9)
FALSE_COLUMNS: Final = 9
# Columns of a class's doubles; offsets and sizes as for bins: centre x and y, width and height.
SHARE_FOUND, SHARE_MISSED, DOUBLE_RENEWAL, DOUBLE_BIAS = range(4)
DOUBLE_SD: Final = DOUBLE_BIAS + 4
DOUBLE_SCORE, DOUBLE_SCORE_SD = DOUBLE_SD + 4, DOUBLE_SD + 5
DOUBLE_COLUMNS: Final = DOUBLE_SD + 6
#: Characters of a plate, and readings of one.
PLATE_LENGTH: Final = 12
RANKS: Final = 2


def _compiled(function: F) -> F:
    """Return a function that numba compiles into those that call it."""
    return cast("F", numba.njit(error_model="numpy", nogil=True, inline="never")(function))


def _compiled_and_cached(function: F) -> F:
    """As `_compiled`, and the machine code is kept on disk."""
    return cast("F", numba.njit(error_model="numpy", nogil=True, cache=True)(function))


@_compiled
def _mix(z: Any) -> Any:
    """Return splitmix64's finaliser of a uint64."""
    z = (z ^ (z >> _S30)) * _MIX_1
    z = (z ^ (z >> _S27)) * _MIX_2
    return z ^ (z >> _S31)


@_compiled
def _stream(seed: int, camera: int, thing: int, purpose: Any) -> Any:
    """Return the uint64 that a thing's random numbers of one purpose start from."""
    key = _mix(np.uint64(seed) + _GAMMA)
    key = _mix(key ^ (np.uint64(camera) + _GAMMA))
    key = _mix(key ^ (np.uint64(thing) + _GAMMA))
    return _mix(key ^ (purpose * _GAMMA))


@_compiled
def _at(stream: Any, tick: int) -> Any:
    """Return the random uint64 of a tick."""
    return _mix(stream + np.uint64(tick) * _GAMMA)


@_compiled
def _high(bits: Any) -> float:
    """Return a number in [0, 1) from the upper half of a hash."""
    return float(bits >> _S32) * (1.0 / 4294967296.0)


@_compiled
def _low(bits: Any) -> float:
    """Return a number in [0, 1) from the lower half of a hash."""
    return float(bits & _LOW_32) * (1.0 / 4294967296.0)


@_compiled
def _renewed(stream: Any, tick: int, chance: float) -> int:
    """Return the last tick, up to this one, at which a state was drawn anew."""
    phase = int(stream & np.uint64(LOOK_BACK - 1))
    at = tick
    while (at + phase) % LOOK_BACK != 0 and _high(_at(stream, at)) >= chance:
        at -= 1
    return at


@_compiled
def _bin_of(edges: Floats, count: int, value: float) -> int:
    """Return the bin of a value; values beyond the edges belong to the outermost bins."""
    n = 0
    while n < count - 1 and value >= edges[n + 1]:
        n += 1
    return n


@_compiled
def _score(mean: float, sd: float, normal: float, least: float) -> float:
    """Return a score; what falls below the threshold is reflected at it, since such boxes are counted as missed."""
    score = mean + sd * normal
    if score < least:
        score = 2.0 * least - score
    return min(score, TOP_SCORE)


@_compiled
def _keep(  # noqa: PLR0917  compiled code takes flat arguments
    x1: float,
    y1: float,
    x2: float,
    y2: float,
    width: float,
    height: float,
    score: float,
    source: int,
    class_id: int,
    k: int,
    out: tuple[Ints, Floats, Floats, Ints],
) -> int:
    """Write a box, cut at the picture's edges and quantised; return the number of boxes then."""
    x1 = math.floor(min(max(x1, 0.0), width) * 100.0 + 0.5) / 100.0
    x2 = math.floor(min(max(x2, 0.0), width) * 100.0 + 0.5) / 100.0
    y1 = math.floor(min(max(y1, 0.0), height) * 100.0 + 0.5) / 100.0
    y2 = math.floor(min(max(y2, 0.0), height) * 100.0 + 0.5) / 100.0
    if x2 - x1 < 1.0 or y2 - y1 < 1.0:
        return k
    out[0][k] = source
    out[1][k, 0], out[1][k, 1], out[1][k, 2], out[1][k, 3] = x1, y1, x2, y2
    out[2][k] = math.floor(score * 1e4 + 0.5) / 1e4
    out[3][k] = class_id
    return k + 1


@_compiled
def _errors(stream: Any, tick: int, rho: float, normals: Floats, errors: Floats) -> None:
    """Write four drifting errors of unit variance: of a box's centre x and y, width and height."""
    errors[:] = 0.0
    weight = 1.0
    square = 0.0
    for back in range(TAPS):
        bits = _at(stream, tick - back)
        for i in range(4):
            errors[i] += weight * normals[int(bits & _LOW_16)]
            bits >>= _S16
        square += weight * weight
        weight *= rho
        if weight < LEAST_WEIGHT:
            break
    scale = 1.0 / math.sqrt(square)
    for i in range(4):
        errors[i] *= scale


@_compiled
def _label(stream: Any, tick: int, chance: float, shares: Floats) -> int:
    """Return the class that a box is labelled with; `shares` are cumulative."""
    draw = _low(_at(stream, _renewed(stream, tick, chance)))
    label = 0
    while label < len(shares) - 1 and draw >= shares[label]:
        label += 1
    return label


@_compiled
def _double(  # noqa: PLR0917  compiled code takes flat arguments
    stream: Any,
    tick: int,
    found: bool,  # noqa: FBT001  likewise
    box: Floats,
    width: float,
    height: float,
    least_score: float,
    row: Floats,
    normals: Floats,
    source: int,
    class_id: int,
    k: int,
    out: tuple[Ints, Floats, Floats, Ints],
) -> int:
    """Write an object's further box, if it has one; return the number of boxes then."""
    bits = _at(stream, _renewed(stream, tick, row[DOUBLE_RENEWAL]))
    if _low(bits) >= (row[SHARE_FOUND] if found else row[SHARE_MISSED]):
        return k
    shape = _mix(bits ^ _GAMMA)
    w, h = box[2] - box[0], box[3] - box[1]
    drawn = np.empty(4)
    for i in range(4):
        drawn[i] = row[DOUBLE_BIAS + i] + row[DOUBLE_SD + i] * normals[int(shape & _LOW_16)]
        shape >>= _S16
    now = _at(_mix(stream ^ _GAMMA), tick)
    x = 0.5 * (box[0] + box[2]) + w * (drawn[0] + FALSE_JITTER_RATIO * normals[int(now & _LOW_16)])
    y = 0.5 * (box[1] + box[3]) + h * (drawn[1] + FALSE_JITTER_RATIO * normals[int((now >> _S16) & _LOW_16)])
    w *= max(0.1, 1.0 + drawn[2])
    h *= max(0.1, 1.0 + drawn[3])
    score = _score(row[DOUBLE_SCORE], row[DOUBLE_SCORE_SD], normals[int(now >> np.uint64(48))], least_score)
    return _keep(x - 0.5 * w, y - 0.5 * h, x + 0.5 * w, y + 0.5 * h, width, height, score, source, class_id, k, out)


@_compiled
def _false_boxes(  # noqa: PLR0917  compiled code takes flat arguments
    seed: int,
    camera: int,
    tick: int,
    width: float,
    height: float,
    scale: float,
    least_score: float,
    alarms: Floats,
    coco: Ints,
    normals: Floats,
    k: int,
    most: int,
    out: tuple[Ints, Floats, Floats, Ints],
) -> int:
    """Write a frame's false boxes; return the number of boxes then."""
    for c in range(len(alarms)):
        row = alarms[c]
        for slot in range(int(row[SLOTS])):
            stream = _stream(seed, camera, c * 64 + slot, FALSE)
            born = _renewed(stream, tick, row[FALSE_RENEWAL])
            bits = _at(stream, born)
            if _low(bits) >= row[PER_SLOT] or k >= most:
                continue
            shape = _mix(bits ^ _GAMMA)
            place = _mix(shape ^ _GAMMA)
            now = _at(_mix(stream ^ _GAMMA), tick)
            tall = math.exp(row[LOG_MEAN] + row[LOG_SD] * normals[int(shape & _LOW_16)]) / scale
            wide = tall * max(0.1, row[ASPECT_MEAN] + row[ASPECT_SD] * normals[int((shape >> _S16) & _LOW_16)])
            x = _high(place) * width + FALSE_JITTER_RATIO * wide * normals[int(now & _LOW_16)]
            y = _low(place) * height + FALSE_JITTER_RATIO * tall * normals[int((now >> _S16) & _LOW_16)]
            score = _score(row[FALSE_SCORE], row[FALSE_SCORE_SD], normals[int(now >> np.uint64(48))], least_score)
            k = _keep(
                x - 0.5 * wide,
                y - 0.5 * tall,
                x + 0.5 * wide,
                y + 0.5 * tall,
                width,
                height,
                score,
                -1,
                coco[c],
                k,
                out,
            )
    return k


@_compiled
def _sort(
    first: int, last: int, out: tuple[Ints, Floats, Floats, Ints], spare: tuple[Ints, Floats, Floats, Ints]
) -> int:
    """Sort a frame's boxes, the strongest first, equal scores as they came; keep the best; return where they end."""
    order = np.argsort(-out[2][first:last], kind="mergesort")
    count = min(last - first, MOST_BOXES)
    for i in range(count):
        n = first + order[i]
        spare[0][i], spare[2][i], spare[3][i] = out[0][n], out[2][n], out[3][n]
        for j in range(4):
            spare[1][i, j] = out[1][n, j]
    for i in range(count):
        out[0][first + i], out[2][first + i], out[3][first + i] = spare[0][i], spare[2][i], spare[3][i]
        for j in range(4):
            out[1][first + i, j] = spare[1][i, j]
    return first + count


@_compiled_and_cached
def noisy_boxes(  # noqa: PLR0917  compiled code takes flat arguments
    seed: int,
    scalars: Floats,
    edges: Floats,
    counts: Ints,
    bins: Floats,
    visible_edges: Floats,
    factors: Floats,
    shares: Floats,
    label_renewal: Floats,
    doubles: Floats,
    alarms: Floats,
    coco: Ints,
    normals: Floats,
    camera: Ints,
    tick: Ints,
    size: Floats,
    zoom: Floats,
    first: Ints,
    thing: Ints,
    kind: Ints,
    xyxy: Floats,
    visible: Floats,
    out_first: Ints,
    out: tuple[Ints, Floats, Floats, Ints],
    spare: tuple[Ints, Floats, Floats, Ints],
) -> int:
    """Write what the detector makes of true frames; return the number of its boxes. See apply.py for the arrays."""
    errors = np.empty(4)
    side, least_score = scalars[0], scalars[1]
    false_room = int(scalars[2])
    k = 0
    out_first[0] = 0
    for f in range(len(tick)):
        begin = k
        width, height = size[f, 0], size[f, 1]
        scale = side / max(width, height) * zoom[f]
        for b in range(first[f], first[f + 1]):
            c = kind[b]
            w, h = xyxy[b, 2] - xyxy[b, 0], xyxy[b, 3] - xyxy[b, 1]
            if not (w > 0.0 and h > 0.0):
                continue
            row = bins[c, _bin_of(edges[c], counts[c, 0], h * scale)]
            found = row[RECALL] * factors[c, _bin_of(visible_edges[c], counts[c, 1], visible[b])]
            stream = _stream(seed, camera[f], thing[b], MISS)
            draw = _low(_at(stream, _renewed(stream, tick[f], row[RENEWAL])))
            label = _label(_stream(seed, camera[f], thing[b], LABEL), tick[f], label_renewal[c], shares[c])
            k = _double(
                _stream(seed, camera[f], thing[b], DOUBLE), tick[f], draw < found, xyxy[b], width, height, least_score,
                doubles[c], normals, b, coco[label], k, out,
            )  # fmt: skip
            if draw >= found:
                continue
            _errors(_stream(seed, camera[f], thing[b], ERROR), tick[f], row[RHO], normals, errors)
            x = 0.5 * (xyxy[b, 0] + xyxy[b, 2]) + w * (row[CENTRE_X] + row[CENTRE_X_SD] * errors[0])
            y = 0.5 * (xyxy[b, 1] + xyxy[b, 3]) + h * (row[CENTRE_Y] + row[CENTRE_Y_SD] * errors[1])
            w *= max(0.2, 1.0 + row[WIDTH] + row[WIDTH_SD] * errors[2])
            h *= max(0.2, 1.0 + row[HEIGHT] + row[HEIGHT_SD] * errors[3])
            # half of a score's variance lasts as long as the state: what is nearly missed has a low score
            lasting = normals[int((1.0 - draw / found) * (NORMALS - 1))]
            fresh = normals[int(_at(_stream(seed, camera[f], thing[b], SCORE), tick[f]) & _LOW_16)]
            score = _score(row[SCORE_MEAN], row[SCORE_SD], math.sqrt(0.5) * (lasting + fresh), least_score)
            k = _keep(x - 0.5 * w, y - 0.5 * h, x + 0.5 * w, y + 0.5 * h, width, height, score, b, coco[label], k, out)
        k = _false_boxes(
            seed, camera[f], tick[f], width, height, scale, least_score, alarms, coco, normals, k, k + false_room, out
        )
        k = _sort(begin, k, out, spare)
        out_first[f + 1] = k
    return k


@_compiled
def _wrong(bits: Any, true: int, shares: Floats) -> int:
    """Return what a character is misread as: by the cumulative shares of its row, else any other of its kind."""
    draw = _high(bits)
    for other in range(128):
        if draw < shares[true, other]:
            return other
    digit = 48 <= true <= 57
    low, count = (48, 10) if digit else (65, 26)
    other = low + int(_low(bits) * (count - 1))
    return other + 1 if other >= true else other


@_compiled_and_cached
def plate_reads(  # noqa: PLR0917  compiled code takes flat arguments
    seed: int,
    edges: Floats,
    rates: Floats,
    accuracies: Floats,
    shares: Floats,
    second_right: float,
    camera: Ints,
    thing: Ints,
    tick: Ints,
    tall: Floats,
    text: Bytes,
    read: NDArray[np.bool_],
    out: NDArray[np.uint8],
    probability: Floats,
) -> None:
    """Write the readings of plates; see plate_reading.py for the arrays."""
    for b in range(len(tick)):
        read[b] = False
        if tall[b] < edges[0] or text[b, 0] == 0:
            continue
        n = _bin_of(edges, len(rates), tall[b])
        bits = _at(_stream(seed, camera[b], thing[b], PLATE), tick[b])
        if _high(bits) >= rates[n]:
            continue
        read[b] = True
        wrong = 0
        certain = 1.0
        for i in range(PLATE_LENGTH):
            true = int(text[b, i])
            bits = _mix(bits ^ _GAMMA)
            out[b, 0, i] = true
            out[b, 1, i] = true
            if true == 0:
                continue
            if _low(bits) >= accuracies[n]:
                out[b, 0, i] = _wrong(_mix(bits), true, shares)
                wrong += 1
                certain *= 0.45 + 0.4 * _high(_mix(bits + _GAMMA))
            else:
                certain *= 1.0 - (1.0 - accuracies[n]) * _high(_mix(bits + _GAMMA))
        bits = _mix(bits ^ _GAMMA)
        if wrong == 0 or _low(bits) >= second_right:
            # the second reading is wrong: at one place, of the first where that is right
            length = 0
            while length < PLATE_LENGTH and text[b, length] != 0:
                length += 1
            place = int(_high(bits) * length)
            for i in range(length):
                out[b, 1, i] = out[b, 0, i]
            out[b, 1, place] = _wrong(_mix(bits), int(out[b, 0, place]), shares)
        probability[b, 0] = math.floor(certain * 1e4 + 0.5) / 1e4
        probability[b, 1] = math.floor((1.0 - certain) * 0.6 * certain * 1e4 + 0.5) / 1e4
