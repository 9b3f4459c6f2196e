"""An RTSP server for tests: loops over stored H.264 access units at real time, with ever-growing timestamps.

    /usr/bin/python3 rtsp_server.py ACCESS_UNITS FRAMES_PER_SECOND [PORT]

ACCESS_UNITS holds Annex B access units, each after its length (4 bytes, big endian). The first line on standard output
is the port. Run by the system's Python: a virtual environment has no `gi`. It knows nothing of Vigil.
"""

import sys
from pathlib import Path

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402


def access_units(path: Path) -> list[bytes]:
    """Return the access units of a file."""
    data, units, at = path.read_bytes(), [], 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        units.append(data[at + 4 : at + 4 + size])
        at += 4 + size
    return units


class Feed(GstRtspServer.RTSPMediaFactory):  # type: ignore[misc]
    """Makes one media pipeline, shared by all clients, and pushes access units into it as it asks for them."""

    def __init__(self, units: list[bytes], frames_per_s: int) -> None:
        super().__init__()
        self._units = units
        self._step_ns = Gst.SECOND // frames_per_s
        self._number = 0
        self.set_shared(True)
        self.set_launch(
            "appsrc name=feed is-live=false format=time block=false max-bytes=200000"
            " caps=video/x-h264,stream-format=byte-stream,alignment=au"
            " ! h264parse config-interval=-1 ! identity sync=true ! rtph264pay name=pay0 pt=96"
        )

    def do_configure(self, media: GstRtspServer.RTSPMedia) -> None:
        """Connect the feed of a new pipeline."""
        self._number = 0
        media.get_element().get_child_by_name("feed").connect("need-data", self._push)

    def _push(self, source: Gst.Element, _wanted: int) -> None:
        buffer = Gst.Buffer.new_wrapped(self._units[self._number % len(self._units)])
        buffer.pts = buffer.dts = self._number * self._step_ns
        buffer.duration = self._step_ns
        self._number += 1
        source.emit("push-buffer", buffer)


def main(arguments: list[str]) -> None:
    """Serve at rtsp://127.0.0.1:PORT/camera until killed."""
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(arguments[2] if len(arguments) > 2 else "0")
    feed = Feed(access_units(Path(arguments[0])), int(arguments[1]))
    feed.connect("media-configure", lambda factory, media: factory.do_configure(media))
    server.get_mount_points().add_factory("/camera", feed)
    server.attach(None)
    print(server.get_bound_port(), flush=True)  # noqa: T201
    GLib.MainLoop().run()


if __name__ == "__main__":
    main(sys.argv[1:])
