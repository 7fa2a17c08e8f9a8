"""
A double of a newer xdg-desktop-portal (org.freedesktop.portal.RemoteDesktop, version 2) with its desktop: it remembers what was allowed.
Debian 12 has version 1, which does not. The person before it allows everything; screen, keyboard and pointer behind it are mutter's.

Each question is a line on standard output: `asked`, or `restored` where the person need not be asked.
"""
import os
import socket
import sys
import uuid

from gi.repository import Gio, GLib
from mutter_desktop import Desktop, notify_methods

PATH = '/org/freedesktop/portal/desktop'
INTERFACE = Gio.DBusNodeInfo.new_for_xml(f'''
<node>
  <interface name="org.freedesktop.portal.RemoteDesktop">
    <method name="CreateSession"><arg type="a{{sv}}" direction="in"/><arg type="o" direction="out"/></method>
    <method name="SelectDevices">
      <arg type="o" direction="in"/><arg type="a{{sv}}" direction="in"/><arg type="o" direction="out"/>
    </method>
    <method name="Start">
      <arg type="o" direction="in"/><arg type="s" direction="in"/><arg type="a{{sv}}" direction="in"/><arg type="o" direction="out"/>
    </method>
    {notify_methods()}
    <property name="AvailableDeviceTypes" type="u" access="read"/>
    <property name="version" type="u" access="read"/>
  </interface>
  <interface name="org.freedesktop.portal.ScreenCast">
    <method name="SelectSources">
      <arg type="o" direction="in"/><arg type="a{{sv}}" direction="in"/><arg type="o" direction="out"/>
    </method>
    <method name="OpenPipeWireRemote">
      <arg type="o" direction="in"/><arg type="a{{sv}}" direction="in"/><arg type="h" direction="out"/>
    </method>
    <property name="AvailableSourceTypes" type="u" access="read"/>
    <property name="AvailableCursorModes" type="u" access="read"/>
    <property name="version" type="u" access="read"/>
  </interface>
</node>''')

bus = Gio.bus_get_sync(Gio.BusType.SESSION)
tokens = set()
devices = {}
desktops = {}


def answer_request(sender, options, invocation, results):
    name = sender[1:].replace('.', '_')
    request = f'{PATH}/request/{name}/{options["handle_token"]}'
    invocation.return_value(GLib.Variant('(o)', (request,)))
    response = GLib.Variant('(ua{sv})', (0, results))
    bus.emit_signal(sender, request, 'org.freedesktop.portal.Request', 'Response', response)


def start(sender, session, options, invocation):
    chosen = devices[session]
    # Each token is good for once.
    known = chosen.get('restore_token') in tokens
    tokens.discard(chosen.get('restore_token'))
    print('restored' if known else 'asked', flush=True)
    results = {'devices': GLib.Variant('u', chosen['types'])}
    if chosen.get('persist_mode') == 2:
        token = str(uuid.uuid4())
        tokens.add(token)
        results['restore_token'] = GLib.Variant('s', token)
    desktop = desktops[session] = Desktop(bus, True)

    def on_node(node):
        results['streams'] = GLib.Variant('a(ua{sv})', [(node, {'size': GLib.Variant('(ii)', (1280, 720))})])
        answer_request(sender, options, invocation, results)

    desktop.start(on_node)


def on_call(_bus, sender, _path, _interface, method, arguments, invocation):
    if method == 'CreateSession':
        (options,) = arguments
        session = f'{PATH}/session/{sender[1:].replace(".", "_")}/{options["session_handle_token"]}'
        # It ends with the program that asked.
        Gio.bus_watch_name_on_connection(bus, sender, 0, None, lambda *_: session in desktops and desktops.pop(session).stop())
        answer_request(sender, options, invocation, {'session_handle': GLib.Variant('s', session)})
    elif method == 'SelectDevices':
        session, options = arguments
        devices[session] = options
        answer_request(sender, options, invocation, {})
    elif method == 'SelectSources':
        answer_request(sender, arguments[1], invocation, {})
    elif method == 'Start':
        session, _parent, options = arguments
        start(sender, session, options, invocation)
    elif method == 'OpenPipeWireRemote':
        pipewire = socket.socket(socket.AF_UNIX)
        pipewire.connect(os.path.join(os.environ['XDG_RUNTIME_DIR'], 'pipewire-0'))
        files = Gio.UnixFDList.new()
        index = files.append(pipewire.fileno())
        pipewire.close()
        invocation.return_value_with_unix_fd_list(GLib.Variant('(h)', (index,)), files)
    else:
        session, _options, *values = arguments
        desktops[session].notify(method, values)
        invocation.return_value(None)


def on_property(_bus, _sender, _path, interface, name):
    if name == 'version':
        return GLib.Variant('u', 5 if interface.endswith('ScreenCast') else 2)
    return GLib.Variant('u', 3)


for each in INTERFACE.interfaces:
    bus.register_object(PATH, each, on_call, on_property, None)
Gio.bus_own_name_on_connection(
    bus, 'org.freedesktop.portal.Desktop', Gio.BusNameOwnerFlags.REPLACE, None, lambda *_: sys.exit(1))
GLib.MainLoop().run()
