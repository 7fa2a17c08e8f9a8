"""
The screen, keyboard and pointer of a mutter that runs: what doubles of a desktop's portal hand out. Calls are mutter's own, over the bus.
"""
from gi.repository import GLib

CAST = 'org.gnome.Mutter.ScreenCast'
REMOTE = 'org.gnome.Mutter.RemoteDesktop'


class Desktop:
    """One session: a screen, and where `controlled` keyboard and pointer."""

    def __init__(self, bus, controlled):
        self.bus = bus
        self.controlled = controlled
        options = {}
        if controlled:
            (self.remote,) = self.call(REMOTE, '/org/gnome/Mutter/RemoteDesktop', REMOTE, 'CreateSession')
            (session_id,) = self.call(
                REMOTE, self.remote, 'org.freedesktop.DBus.Properties', 'Get', GLib.Variant('(ss)', (f'{REMOTE}.Session', 'SessionId')))
            options['remote-desktop-session-id'] = GLib.Variant('s', session_id)
        (self.screen,) = self.call(CAST, '/org/gnome/Mutter/ScreenCast', CAST, 'CreateSession', GLib.Variant('(a{sv})', (options,)))
        (self.stream,) = self.call(CAST, self.screen, f'{CAST}.Session', 'RecordMonitor', GLib.Variant('(sa{sv})', ('', {})))

    def call(self, name, path, interface, method, arguments=None):
        return self.bus.call_sync(name, path, interface, method, arguments, None, 0, 5000, None)

    def start(self, on_node):
        def on_stream(_bus, _sender, _path, _interface, _signal, arguments):
            self.bus.signal_unsubscribe(subscription)
            on_node(arguments[0])

        subscription = self.bus.signal_subscribe(None, f'{CAST}.Stream', 'PipeWireStreamAdded', self.stream, None, 0, on_stream)
        if self.controlled:
            self.call(REMOTE, self.remote, f'{REMOTE}.Session', 'Start')
        else:
            self.call(CAST, self.screen, f'{CAST}.Session', 'Start')

    def stop(self):
        try:
            if self.controlled:
                self.call(REMOTE, self.remote, f'{REMOTE}.Session', 'Stop')
            else:
                self.call(CAST, self.screen, f'{CAST}.Session', 'Stop')
        except GLib.Error:
            pass  # mutter ended first

    def notify(self, method, arguments):
        """A `Notify...` of the portal without its session and options, as mutter has it."""
        mutter = {
            'NotifyPointerMotion': ('NotifyPointerMotionRelative', '(dd)', lambda dx, dy: (dx, dy)),
            'NotifyPointerMotionAbsolute': ('NotifyPointerMotionAbsolute', '(sdd)', lambda _node, x, y: (self.stream, x, y)),
            'NotifyPointerButton': ('NotifyPointerButton', '(ib)', lambda button, state: (button, state == 1)),
            'NotifyPointerAxisDiscrete': ('NotifyPointerAxisDiscrete', '(ui)', lambda axis, steps: (axis, steps)),
            'NotifyKeyboardKeysym': ('NotifyKeyboardKeysym', '(ub)', lambda keysym, state: (keysym, state == 1)),
        }
        name, signature, translate = mutter[method]
        self.call(REMOTE, self.remote, f'{REMOTE}.Session', name, GLib.Variant(signature, translate(*arguments)))


def notify_methods():
    """The `Notify...` methods that are handed on, as both sides of a portal describe them."""
    arguments = {
        'NotifyPointerMotion': 'dd',
        'NotifyPointerMotionAbsolute': 'udd',
        'NotifyPointerButton': 'iu',
        'NotifyPointerAxisDiscrete': 'ui',
        'NotifyKeyboardKeysym': 'iu',
    }
    return ''.join(
        f'<method name="{name}">' + ''.join(f'<arg type="{kind}" direction="in"/>' for kind in ('o', 'a{sv}', *kinds)) + '</method>'
        for name, kinds in arguments.items()
    )
