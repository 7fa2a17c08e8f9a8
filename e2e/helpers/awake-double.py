"""
A double of what keeps a desktop awake. Argument: `screen-saver`, for a service that owns org.freedesktop.ScreenSaver as those of desktops
do (KDE, Xfce, MATE, Cinnamon), or `portal`, for a desktop's backend of xdg-desktop-portal (org.freedesktop.impl.portal.Inhibit); the
portal before it is real. Each call is a line on standard output.
"""
import sys

from gi.repository import Gio, GLib

PORTAL = sys.argv[1] == 'portal'
INTERFACE = Gio.DBusNodeInfo.new_for_xml('''
<node>
  <interface name="org.freedesktop.ScreenSaver">
    <method name="Inhibit">
      <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="u" direction="out"/>
    </method>
    <method name="UnInhibit"><arg type="u" direction="in"/></method>
  </interface>
  <interface name="org.freedesktop.impl.portal.Inhibit">
    <method name="Inhibit">
      <arg type="o" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="u" direction="in"/>
      <arg type="a{sv}" direction="in"/>
    </method>
  </interface>
  <interface name="org.freedesktop.impl.portal.Request"><method name="Close"/></interface>
</node>''')
SAVER, INHIBIT, REQUEST = INTERFACE.interfaces
bus = Gio.bus_get_sync(Gio.BusType.SESSION)
cookies = {}
requests = {}


def release(owner, cookie):
    if cookies.get(cookie) == owner:
        del cookies[cookie]
        print(f'released {cookie}', flush=True)


def on_call(_bus, sender, path, interface, method, arguments, invocation):
    values = arguments.unpack()
    if interface == REQUEST.name:
        print('released', flush=True)
        invocation.return_value(None)
    elif interface == INHIBIT.name:
        # A portal that was restarted counts its requests from the start.
        if values[0] in requests:
            bus.unregister_object(requests[values[0]])
        requests[values[0]] = bus.register_object(values[0], REQUEST, on_call, None, None)
        print(f'inhibited {values[3]}: {values[4].get("reason")}', flush=True)
        invocation.return_value(None)
    elif method == 'Inhibit':
        cookie = 7001 + len(cookies)
        cookies[cookie] = sender
        print(f'inhibited {cookie} by {values[0]}: {values[1]}', flush=True)
        invocation.return_value(GLib.Variant('(u)', (cookie,)))
    else:
        release(sender, values[0])
        invocation.return_value(None)


def on_owner(_bus, _sender, _path, _interface, _signal, arguments):
    """What a program asked for ends with it."""
    name, _before, after = arguments.unpack()
    if after == '':
        for cookie in [each for each, owner in cookies.items() if owner == name]:
            release(name, cookie)


if PORTAL:
    bus.register_object('/org/freedesktop/portal/desktop', INHIBIT, on_call, None, None)
    name = 'org.freedesktop.impl.portal.desktop.double'
else:
    bus.register_object('/org/freedesktop/ScreenSaver', SAVER, on_call, None, None)
    bus.signal_subscribe('org.freedesktop.DBus', 'org.freedesktop.DBus', 'NameOwnerChanged', None, None, 0, on_owner)
    name = 'org.freedesktop.ScreenSaver'
Gio.bus_own_name_on_connection(bus, name, 0, None, lambda *_: sys.exit(1))
print('ready', flush=True)
GLib.MainLoop().run()
