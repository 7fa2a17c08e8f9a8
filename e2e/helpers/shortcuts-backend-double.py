"""
A double of a desktop's backend for xdg-desktop-portal (org.freedesktop.impl.portal.GlobalShortcuts): where a desktop would ask a
person which keys a shortcut has, this gives each the keys that it prefers, but for one that prefers F12, and where a compositor would
see keys, it is told over the bus. The portal before it is real.

Object /double, interface ami.Double: Press(id, pressed), Bound() -> [(id, description, preferred trigger)].
"""
import sys
import time

from gi.repository import Gio, GLib

INTERFACE = Gio.DBusNodeInfo.new_for_xml('''
<node>
  <interface name="org.freedesktop.impl.portal.GlobalShortcuts">
    <method name="CreateSession">
      <arg type="o" direction="in"/><arg type="o" direction="in"/><arg type="s" direction="in"/><arg type="a{sv}" direction="in"/>
      <arg type="u" direction="out"/><arg type="a{sv}" direction="out"/>
    </method>
    <method name="BindShortcuts">
      <arg type="o" direction="in"/><arg type="o" direction="in"/><arg type="a(sa{sv})" direction="in"/><arg type="s" direction="in"/>
      <arg type="a{sv}" direction="in"/>
      <arg type="u" direction="out"/><arg type="a{sv}" direction="out"/>
    </method>
    <method name="ListShortcuts">
      <arg type="o" direction="in"/><arg type="o" direction="in"/>
      <arg type="u" direction="out"/><arg type="a{sv}" direction="out"/>
    </method>
    <signal name="Activated"><arg type="o"/><arg type="s"/><arg type="t"/><arg type="a{sv}"/></signal>
    <signal name="Deactivated"><arg type="o"/><arg type="s"/><arg type="t"/><arg type="a{sv}"/></signal>
    <property name="version" type="u" access="read"/>
  </interface>
  <interface name="org.freedesktop.impl.portal.Session">
    <method name="Close"/>
    <signal name="Closed"/>
    <property name="version" type="u" access="read"/>
  </interface>
  <interface name="ami.Double">
    <method name="Press"><arg type="s" direction="in"/><arg type="b" direction="in"/></method>
    <method name="Bound"><arg type="a(sss)" direction="out"/></method>
  </interface>
</node>''')
SHORTCUTS, SESSION, DOUBLE = INTERFACE.interfaces
DESKTOP = '/org/freedesktop/portal/desktop'

bus = Gio.bus_get_sync(Gio.BusType.SESSION)
sessions = {}


def bind(handle, shortcuts):
    sessions[handle] = [(id, about.get('description', ''), about.get('preferred_trigger', '')) for id, about in shortcuts]
    given = [
        (id, {
            'description': GLib.Variant('s', description),
            'trigger_description': GLib.Variant('s', '' if trigger == 'F12' else 'Press ' + trigger),
        })
        for id, description, trigger in sessions[handle]
    ]
    return {'shortcuts': GLib.Variant('a(sa{sv})', given)}


def press(id, pressed):
    for handle, shortcuts in sessions.items():
        if id in [each[0] for each in shortcuts]:
            arguments = GLib.Variant('(osta{sv})', (handle, id, int(time.time() * 1000), {}))
            bus.emit_signal(None, DESKTOP, SHORTCUTS.name, 'Activated' if pressed else 'Deactivated', arguments)


def on_call(_bus, _sender, path, interface, method, arguments, invocation):
    if interface == SESSION.name:
        sessions.pop(path, None)
        invocation.return_value(None)
    elif method == 'Press':
        press(*arguments.unpack())
        invocation.return_value(None)
    elif method == 'Bound':
        bound = [each for shortcuts in sessions.values() for each in shortcuts]
        invocation.return_value(GLib.Variant('(a(sss))', (bound,)))
    elif method == 'CreateSession':
        handle = arguments.unpack()[1]
        sessions[handle] = []
        bus.register_object(handle, SESSION, on_call, on_property, None)
        invocation.return_value(GLib.Variant('(ua{sv})', (0, {})))
    else:
        results = bind(arguments.unpack()[1], arguments.unpack()[2]) if method == 'BindShortcuts' else {}
        invocation.return_value(GLib.Variant('(ua{sv})', (0, results)))


def on_property(_bus, _sender, _path, _interface, _name):
    return GLib.Variant('u', 1)


bus.register_object(DESKTOP, SHORTCUTS, on_call, on_property, None)
bus.register_object('/double', DOUBLE, on_call, on_property, None)
Gio.bus_own_name_on_connection(bus, 'org.freedesktop.impl.portal.desktop.double', 0, None, lambda *_: sys.exit(1))
print('ready', flush=True)
GLib.MainLoop().run()
