"""
A double of a desktop's backend for xdg-desktop-portal (org.freedesktop.impl.portal.ScreenCast and RemoteDesktop): where a desktop would
ask a person what to share, this answers at once. The portal before it, and the screen, keyboard and pointer behind it (mutter's), are real.

Argument: `allow`, or `refuse` for a person who says no. Each question is a line on standard output: `asked`, or `restored` where the
person need not be asked; `closed` when a session has ended. A line on standard input, `end`, is a person who ends what is shared.
"""
import sys

from gi.repository import Gio, GLib
from mutter_desktop import Desktop, notify_methods

ALLOW = sys.argv[1] != 'refuse'
REQUEST = '''
      <arg type="o" direction="in"/><arg type="o" direction="in"/><arg type="s" direction="in"/><arg type="a{sv}" direction="in"/>
      <arg type="u" direction="out"/><arg type="a{sv}" direction="out"/>'''
START = '''
      <arg type="o" direction="in"/><arg type="o" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="in"/>
      <arg type="a{sv}" direction="in"/>
      <arg type="u" direction="out"/><arg type="a{sv}" direction="out"/>'''
INTERFACE = Gio.DBusNodeInfo.new_for_xml(f'''
<node>
  <interface name="org.freedesktop.impl.portal.ScreenCast">
    <method name="CreateSession">{REQUEST}</method>
    <method name="SelectSources">{REQUEST}</method>
    <method name="Start">{START}</method>
    <property name="AvailableSourceTypes" type="u" access="read"/>
    <property name="AvailableCursorModes" type="u" access="read"/>
    <property name="version" type="u" access="read"/>
  </interface>
  <interface name="org.freedesktop.impl.portal.RemoteDesktop">
    <method name="CreateSession">{REQUEST}</method>
    <method name="SelectDevices">{REQUEST}</method>
    <method name="Start">{START}</method>
    {notify_methods()}
    <property name="AvailableDeviceTypes" type="u" access="read"/>
    <property name="version" type="u" access="read"/>
  </interface>
  <interface name="org.freedesktop.impl.portal.Session">
    <method name="Close"/>
    <signal name="Closed"/>
    <property name="version" type="u" access="read"/>
  </interface>
</node>''')
CAST, REMOTE, SESSION = INTERFACE.interfaces

bus = Gio.bus_get_sync(Gio.BusType.SESSION)
remembered = {}
desktops = {}


def close(handle):
    if handle in desktops:
        desktops.pop(handle).stop()
        print('closed', flush=True)


def start(handle, controlled, answer):
    """Shares mutter's display, and answers when its node is there."""
    desktop = desktops[handle] = Desktop(bus, controlled)

    def on_node(node):
        properties = {'source_type': GLib.Variant('u', 1), 'size': GLib.Variant('(ii)', (1280, 720))}
        answer({
            'streams': GLib.Variant('a(ua{sv})', [(node, properties)]),
            **({'devices': GLib.Variant('u', 3)} if controlled else {
                'persist_mode': GLib.Variant('u', 2),
                'restore_data': GLib.Variant('(suv)', ('double', 1, GLib.Variant('s', 'display'))),
            }),
        })

    desktop.start(on_node)


def on_call(_bus, _sender, path, interface, method, arguments, invocation):
    def answer(results, response=0):
        invocation.return_value(GLib.Variant('(ua{sv})', (response, results)))

    if interface == 'org.freedesktop.impl.portal.Session':
        close(path)
        invocation.return_value(None)
    elif method.startswith('Notify'):
        session, _options, *values = arguments
        desktops[session].notify(method, values)
        invocation.return_value(None)
    elif method == 'CreateSession':
        bus.register_object(arguments[1], SESSION, on_call, on_property, None)
        answer({})
    elif method == 'SelectDevices':
        answer({})
    elif method == 'SelectSources':
        remembered[arguments[1]] = 'restore_data' in arguments[3]
        answer({})
    elif ALLOW:
        print('restored' if remembered[arguments[1]] else 'asked', flush=True)
        start(arguments[1], interface.endswith('RemoteDesktop'), answer)
    else:
        print('asked', flush=True)
        answer({}, 1)


def on_property(_bus, _sender, _path, interface, name):
    if name == 'version':
        return GLib.Variant('u', 4 if interface.endswith('ScreenCast') else 1)
    return GLib.Variant('u', 3)


def on_line(source, _condition):
    if source.readline().strip() != 'end':
        return False
    for handle in list(desktops):
        close(handle)
        bus.emit_signal(None, handle, 'org.freedesktop.impl.portal.Session', 'Closed', None)
    return True


for each in (CAST, REMOTE):
    bus.register_object('/org/freedesktop/portal/desktop', each, on_call, on_property, None)
Gio.bus_own_name_on_connection(bus, 'org.freedesktop.impl.portal.desktop.double', 0, None, lambda *_: sys.exit(1))
GLib.io_add_watch(sys.stdin, GLib.IO_IN | GLib.IO_HUP, on_line)
print('ready', flush=True)
GLib.MainLoop().run()
