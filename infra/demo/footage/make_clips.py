"""Make the demo's clips from their sources; kept so that anyone can see what was done to them.

    python -m infra.demo.footage.make_clips SOURCE_FOLDER [TARGET_FOLDER]

Two clips keep their camera's own H.264 packets (remuxed, cut to at most 75 s). Two sources are MPEG-4 part 2 and are
encoded to H.264 once: `plaza.mp4` keeps a GOP of 25 s as its source had it, `road.mp4` gets GOPs of 1 s and is played
at 30 frames a second: at the 60 its AVI header declares, ordinary traffic would pass the 12.19 m lane-line period at
about 175 km/h.
"""

import sys
from fractions import Fraction
from pathlib import Path

import av

MOST_S = 75


def remux(source: Path, target: Path) -> None:
    """Copy the packets of the first 75 s, untouched."""
    with av.open(str(source)) as reader, av.open(str(target), "w", format="mp4") as writer:
        stream = reader.streams.video[0]
        copy = writer.add_stream_from_template(stream)
        first = None
        for packet in reader.demux(stream):
            if packet.dts is None or packet.pts is None or stream.time_base is None:
                continue
            first = packet.dts if first is None else first
            if (packet.pts - first) * stream.time_base >= MOST_S - Fraction(3, 10):
                continue
            packet.stream = copy
            writer.mux(packet)


def encode(source: Path, target: Path, *, frames_per_s: int, gop_s: int, crf: int) -> None:
    """Encode the frames of a source to H.264 at a fixed rate, at most 75 s of it."""
    with av.open(str(source)) as reader, av.open(str(target), "w", format="mp4") as writer:
        stream = reader.streams.video[0]
        out = writer.add_stream("libx264", rate=frames_per_s)
        out.width, out.height, out.pix_fmt = stream.codec_context.width, stream.codec_context.height, "yuv420p"
        out.gop_size = gop_s * frames_per_s
        # bf=0 and a fixed GOP as surveillance cameras encode; one thread so that the bytes repeat
        out.options = {"crf": str(crf), "preset": "slow", "bf": "0", "sc_threshold": "0", "threads": "1"}
        for number, frame in enumerate(reader.decode(stream)):
            if number >= MOST_S * frames_per_s:
                break
            picture = frame.reformat(format="yuv420p")
            picture.pts, picture.time_base = number, Fraction(1, frames_per_s)
            picture.pict_type = 0
            for packet in out.encode(picture):
                writer.mux(packet)
        for packet in out.encode():
            writer.mux(packet)


def main(arguments: list[str]) -> None:
    """Make all four clips."""
    source = Path(arguments[0])
    target = Path(arguments[1]) if len(arguments) > 1 else Path(__file__).parent
    remux(source / "street_calm.mp4", target / "street.mp4")
    remux(source / "incidents" / "street_stopsign_queue.mp4", target / "queue.mp4")
    encode(source / "plaza_pedestrians.avi", target / "plaza.mp4", frames_per_s=10, gop_s=25, crf=26)
    encode(source / "road_oneway.avi", target / "road.mp4", frames_per_s=30, gop_s=1, crf=26)


if __name__ == "__main__":
    main(sys.argv[1:])
