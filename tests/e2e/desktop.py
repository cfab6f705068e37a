"""Services of a desktop that a program talks to, as mocks on the session bus. They answer on a thread of their own, so
that the program never waits for the test."""
import os
import threading

from gi.repository import Gio, GLib

BUS = ("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus")


class Mock:
    """`methods` of `interface`, as {name: (types it is given, types of its answer, its answer)}. Calls are remembered."""

    def __init__(self, name, path, interface, methods):
        self.name, self.path, self.interface, self.methods = name, path, interface, methods
        self.calls, self.bus = [], None

    def describe(self):
        def arguments(types, direction):
            return "".join(f"<arg type='{type_}' direction='{direction}'/>" for type_ in types.split())
        described = "".join(f"<method name='{name}'>{arguments(given, 'in')}{arguments(answer, 'out')}</method>"
                            for name, (given, answer, _) in self.methods.items())
        return Gio.DBusNodeInfo.new_for_xml(f"<node><interface name='{self.interface}'>{described}</interface></node>")

    def export(self, bus):
        self.bus = bus
        bus.register_object(self.path, self.describe().interfaces[0], self.on_call, None, None)
        bus.call_sync(*BUS, "RequestName", GLib.Variant("(su)", (self.name, 0)), None, 0, -1)

    def on_call(self, _bus, _sender, _path, _interface, method, arguments, invocation):
        _, types, answer = self.methods[method]
        self.calls.append((method, arguments.unpack()))
        invocation.return_value(GLib.Variant(f"({types.replace(' ', '')})", answer))

    def find(self, method):
        """The arguments of every call of a method so far."""
        return [arguments for name, arguments in self.calls if name == method]

    def emit(self, signal, arguments):
        self.bus.emit_signal(None, self.path, self.interface, signal, arguments)


class Portal(Mock):
    """Of a desktop whose person agrees; what comes of its requests, by method, is in results(). With response 1 the person
    refuses."""

    def __init__(self, interface, methods):
        super().__init__("org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop", interface, {
            "CreateSession": ("a{sv}", "o", ("/request",)), **methods})
        self.session = self.path + "/session/one"
        self.response = 0

    def results(self, method):
        return {"session_handle": GLib.Variant("s", self.session)} if method == "CreateSession" else {}

    def on_call(self, bus, sender, path, interface, method, arguments, invocation):
        super().on_call(bus, sender, path, interface, method, arguments, invocation)
        options = arguments.unpack()[-1]
        if not isinstance(options, dict) or "handle_token" not in options:
            return
        bus.emit_signal(sender, f"{self.path}/request/{sender[1:].replace('.', '_')}/{options['handle_token']}",
                        "org.freedesktop.portal.Request", "Response",
                        GLib.Variant("(ua{sv})", (self.response, self.results(method))))


class Notifications(Mock):
    """Shown to nobody."""

    def __init__(self):
        super().__init__("org.freedesktop.Notifications", "/org/freedesktop/Notifications", "org.freedesktop.Notifications",
                         {"Notify": ("s u s s s as a{sv} i", "u", (7,)),
                          "CloseNotification": ("u", "", ()),
                          "GetServerInformation": ("", "s s s s", ("mock", "mock", "1", "1.2")),
                          "GetCapabilities": ("", "as", (["actions", "body"],))})

    def titles(self):
        return [arguments[3] for arguments in self.find("Notify")]


class Desktop:
    def __init__(self):
        self.context = GLib.MainContext.new()
        self.bus = None
        ready = threading.Event()
        threading.Thread(target=self.work, args=(ready,), daemon=True).start()
        ready.wait()

    def work(self, ready):
        self.context.push_thread_default()
        self.bus = Gio.DBusConnection.new_for_address_sync(
            os.environ["DBUS_SESSION_BUS_ADDRESS"],
            Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
        ready.set()
        GLib.MainLoop.new(self.context, False).run()

    def do(self, function):
        """Runs it on the thread, and waits for it."""
        done = threading.Event()

        def work(*_):
            function()
            done.set()
            return False
        self.context.invoke_full(GLib.PRIORITY_DEFAULT, work)
        done.wait()

    def add(self, mock):
        self.do(lambda: mock.export(self.bus))
        return mock

    def listen(self, sender, interface, path):
        """A list that grows by each signal's (name, arguments)."""
        signals = []
        self.do(lambda: self.bus.signal_subscribe(
            sender, interface, None, path, None, 0,
            lambda _bus, _sender, _path, _interface, name, arguments: signals.append((name, arguments.unpack()))))
        return signals

    def call(self, name, path, interface, method, arguments=None):
        return self.bus.call_sync(name, path, interface, method, arguments, None, 0, 60000).unpack()

    def catch_up(self, name):
        """Until the signals that a program has sent so far are in the lists."""
        self.call(name, "/", "org.freedesktop.DBus.Peer", "Ping")  # whose answer comes behind them
        self.do(lambda: None)  # and this

    def install_service(self, name, command):
        """From here on the bus starts it, in the environment of the test."""
        folder = os.path.join(os.environ["XDG_DATA_HOME"], "dbus-1", "services")
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, name + ".service"), "w", encoding="utf-8") as file:
            file.write(f"[D-BUS Service]\nName={name}\nExec={command}\n")
        self.call(*BUS, "UpdateActivationEnvironment", GLib.Variant("(a{ss})", (dict(os.environ),)))
        self.call(*BUS, "ReloadConfig")
