#!/usr/bin/python3
"""Another program's window, out of which files can be dragged: drag-source.py FILE..."""
import sys

import gi

gi.require_version("Gdk", "4.0")
gi.require_version("Gtk", "4.0")
from gi.repository import Gdk, Gio, GLib, Gtk  # noqa: E402


uris = "".join(f"{Gio.File.new_for_path(path).get_uri()}\r\n" for path in sys.argv[1:])
files = Gdk.ContentProvider.new_for_bytes("text/uri-list", GLib.Bytes.new(uris.encode()))
window = Gtk.Window(title="Drag Source", default_width=100, default_height=100, decorated=False)
source = Gtk.DragSource(actions=Gdk.DragAction.COPY, content=files)
window.add_controller(source)
window.present()
loop = GLib.MainLoop()
window.connect("close-request", lambda _window: loop.quit())
loop.run()
