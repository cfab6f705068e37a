#!/usr/bin/python3
"""Another program: a window with text fields. text-fields.py GTK-VERSION TITLE

Each line on standard input is a command, "focus NAME", "get NAME" or "set NAME TEXT". Each line on standard
output is an event as JSON: what a field shows as preedit, or its answer, with the time on the monotonic clock.
"""
import json
import sys
import threading
import time

import gi

version, title = sys.argv[1:]
gi.require_version("Gtk", version)
from gi.repository import GLib, Gtk  # noqa: E402


def tell(**event):
    print(json.dumps({"time": time.monotonic(), **event}), flush=True)


class Fields:
    def __init__(self, window):
        box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=12, margin_top=12, margin_bottom=12, margin_start=12,
                      margin_end=12)
        self.fields = {"entry": Gtk.Entry(), "view": Gtk.TextView(height_request=80), "password": self.make_password(),
                       "pin": Gtk.Entry(input_purpose=Gtk.InputPurpose.PIN, placeholder_text="PIN")}
        for name, field in self.fields.items():
            self.emitter(field).connect("preedit-changed", self.on_preedit, name)
            (box.append if version == "4.0" else box.add)(field)
        (window.set_child if version == "4.0" else window.add)(box)

    @staticmethod
    def make_password():
        if version == "4.0":
            return Gtk.PasswordEntry(placeholder_text="Password")
        return Gtk.Entry(visibility=False, input_purpose=Gtk.InputPurpose.PASSWORD)

    @staticmethod
    def emitter(field):
        return field.get_delegate() if version == "4.0" and isinstance(field, Gtk.Editable) else field

    @staticmethod
    def on_preedit(_widget, text, name):
        tell(field=name, preedit=text)

    def focus(self, name):
        self.fields[name].grab_focus()
        if not isinstance(self.fields[name], Gtk.TextView):
            self.fields[name].set_position(-1)
        tell(field=name, focused=True)

    def set(self, name, text):
        self.fields[name].set_text(text)
        tell(field=name, set=True)

    def get(self, name):
        field = self.fields[name]
        if isinstance(field, Gtk.TextView):
            buffer = field.get_buffer()
            tell(field=name, text=buffer.get_text(*buffer.get_bounds(), False))
        else:
            tell(field=name, text=field.get_text())


def main():
    if version == "4.0":
        Gtk.init()
    else:
        Gtk.init(None)
    window = Gtk.Window(title=title, default_width=420)
    fields = Fields(window)

    def obey(line):
        command, *arguments = line.rstrip("\n").split(" ", 2)
        getattr(fields, command)(*arguments)
        return False

    def read():
        for line in sys.stdin:
            GLib.idle_add(obey, line)
    threading.Thread(target=read, daemon=True).start()
    if version == "4.0":
        window.present()
    else:
        window.show_all()
    fields.fields["entry"].grab_focus()
    tell(ready=True)
    GLib.MainLoop().run()


main()
