"""
A double of a desktop's backend for xdg-desktop-portal (org.freedesktop.impl.portal.ScreenCast): where a desktop would ask a person
which screen to share, this answers at once. The portal before it and the screen behind it (mutter's) are real.

Argument: `allow`, or `refuse` for a person who says no. Each question is a line on standard output: `asked`, or `restored` where the
person need not be asked.
"""
import sys

from gi.repository import Gio, GLib

ALLOW = sys.argv[1] != 'refuse'
INTERFACE = Gio.DBusNodeInfo.new_for_xml('''
<node>
  <interface name="org.freedesktop.impl.portal.ScreenCast">
    <method name="CreateSession">
      <arg type="o" direction="in"/><arg type="o" direction="in"/><arg type="s" direction="in"/><arg type="a{sv}" direction="in"/>
      <arg type="u" direction="out"/><arg type="a{sv}" direction="out"/>
    </method>
    <method name="SelectSources">
      <arg type="o" direction="in"/><arg type="o" direction="in"/><arg type="s" direction="in"/><arg type="a{sv}" direction="in"/>
      <arg type="u" direction="out"/><arg type="a{sv}" direction="out"/>
    </method>
    <method name="Start">
      <arg type="o" direction="in"/><arg type="o" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="in"/>
      <arg type="a{sv}" direction="in"/>
      <arg type="u" direction="out"/><arg type="a{sv}" direction="out"/>
    </method>
    <property name="AvailableSourceTypes" type="u" access="read"/>
    <property name="AvailableCursorModes" type="u" access="read"/>
    <property name="version" type="u" access="read"/>
  </interface>
  <interface name="org.freedesktop.impl.portal.Session">
    <method name="Close"/>
    <signal name="Closed"/>
    <property name="version" type="u" access="read"/>
  </interface>
</node>''')
CAST, SESSION = INTERFACE.interfaces

bus = Gio.bus_get_sync(Gio.BusType.SESSION)
remembered = {}
screens = {}


def mutter(path, interface, method, arguments=None):
    return bus.call_sync('org.gnome.Mutter.ScreenCast', path, interface, method, arguments, None, 0, 5000, None)


def close(handle):
    if handle in screens:
        mutter(screens.pop(handle), 'org.gnome.Mutter.ScreenCast.Session', 'Stop')


def start(handle, answer):
    """Shares mutter's display, and answers when its node is there."""
    (screen,) = mutter('/org/gnome/Mutter/ScreenCast', 'org.gnome.Mutter.ScreenCast', 'CreateSession', GLib.Variant('(a{sv})', ({},)))
    (stream,) = mutter(screen, 'org.gnome.Mutter.ScreenCast.Session', 'RecordMonitor', GLib.Variant('(sa{sv})', ('', {})))
    screens[handle] = screen

    def on_stream(_bus, _sender, _path, _interface, _signal, arguments):
        bus.signal_unsubscribe(subscription)
        properties = {'source_type': GLib.Variant('u', 1), 'size': GLib.Variant('(ii)', (1280, 720))}
        answer({
            'streams': GLib.Variant('a(ua{sv})', [(arguments[0], properties)]),
            'persist_mode': GLib.Variant('u', 2),
            'restore_data': GLib.Variant('(suv)', ('double', 1, GLib.Variant('s', 'display'))),
        })

    subscription = bus.signal_subscribe(None, 'org.gnome.Mutter.ScreenCast.Stream', 'PipeWireStreamAdded', stream, None, 0, on_stream)
    mutter(screen, 'org.gnome.Mutter.ScreenCast.Session', 'Start')


def on_call(_bus, _sender, path, interface, method, arguments, invocation):
    def answer(results, response=0):
        invocation.return_value(GLib.Variant('(ua{sv})', (response, results)))

    if interface == 'org.freedesktop.impl.portal.Session':
        close(path)
        invocation.return_value(None)
    elif method == 'CreateSession':
        bus.register_object(arguments[1], SESSION, on_call, on_property, None)
        answer({})
    elif method == 'SelectSources':
        remembered[arguments[1]] = 'restore_data' in arguments[3]
        answer({})
    elif ALLOW:
        print('restored' if remembered[arguments[1]] else 'asked', flush=True)
        start(arguments[1], answer)
    else:
        print('asked', flush=True)
        answer({}, 1)


def on_property(_bus, _sender, _path, interface, name):
    if name == 'version':
        return GLib.Variant('u', 4 if interface.endswith('ScreenCast') else 1)
    return GLib.Variant('u', 3)


bus.register_object('/org/freedesktop/portal/desktop', CAST, on_call, on_property, None)
Gio.bus_own_name_on_connection(bus, 'org.freedesktop.impl.portal.desktop.double', 0, None, lambda *_: sys.exit(1))
print('ready', flush=True)
GLib.MainLoop().run()
