#!/usr/bin/env python3
"""A real RTSP server on loopback, GStreamer's: gives each client a file's H.264 video in real time, from its beginning.

    /usr/bin/python3 Scripts/rtsp-server.py VIDEO.mp4 [PORT]

The address is rtsp://127.0.0.1:PORT/camera. Prints the port when it is ready (0, which is the default, takes a free one),
and ends with its standard input. Needs Debian's python3-gi, gir1.2-gst-rtsp-server-1.0 and gstreamer1.0-plugins-good;
exit code 77 where they are not there.
"""
import sys

try:
    import gi
    gi.require_version("Gst", "1.0")
    gi.require_version("GstRtspServer", "1.0")
    from gi.repository import GLib, Gst, GstRtspServer
    Gst.init(None)
    if not all(Gst.ElementFactory.find(name) for name in ("qtdemux", "rtph264pay")):
        raise ImportError("gstreamer1.0-plugins-good")
except (ImportError, ValueError) as error:
    print(f"rtsp-server: not there: {error}", file=sys.stderr)
    sys.exit(77)


def main():
    if sys.argv[1:] == ["--check"]:
        return
    path, port = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "0"
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(port)
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(f'( filesrc location="{path}" ! qtdemux ! rtph264pay name=pay0 pt=96 config-interval=-1 )')
    server.get_mount_points().add_factory("/camera", factory)
    loop = GLib.MainLoop()
    if server.attach(None) == 0:
        sys.exit(f"rtsp-server: port {port} cannot be had")
    # Whoever started it is gone, or wants it to end.
    GLib.io_add_watch(sys.stdin.fileno(), GLib.IO_IN | GLib.IO_HUP, lambda *_: sys.stdin.buffer.read1(1) != b"" or loop.quit())
    print(server.get_bound_port(), flush=True)
    loop.run()


main()
