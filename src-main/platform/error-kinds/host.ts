import type { ErrorKind } from './error-kind.ts'

/** Errors of the host itself: requests, signing in, options, ports, the data folder. */
export const hostErrors = {
  'internal': { status: 500, title: 'Something went wrong inside the host', remedy: 'See the log line with the same request id.' },
  'request.invalid': { status: 400, title: 'The request does not match its schema', remedy: 'Correct the field that is named.' },
  'request.malformed': {
    status: 400,
    title: 'The HTTP request is malformed',
    remedy: 'Send one Host header with a host name and an optional port. Where a proxy is in front, check what it passes on.',
  },
  'request.too_many': {
    status: 429,
    title: 'Too many open requests from this IP address',
    remedy: 'Close some, or raise the option that is named. Behind a reverse proxy, set `trustedProxies`.',
  },
  'request.not_found': { status: 404, title: 'There is nothing at this URL', remedy: 'Check the path against /api/v1/docs.' },
  'request.conflict': {
    status: 409,
    title: 'The request conflicts with the current state',
    remedy: 'Read the current state, then send the request again.',
  },
  'request.too_large': { status: 413, title: 'The request body is too large', remedy: 'Send less.' },
  'request.method_refused': {
    status: 405,
    title: 'This URL does not support that method',
    remedy: 'Check the method against /api/v1/docs.',
  },
  'request.media_type': { status: 415, title: 'The request body is not JSON', remedy: 'Send `Content-Type: application/json`.' },
  'request.host_refused': {
    status: 421,
    title: 'The request names a host that this server does not answer for',
    remedy: 'Open the URL that the host printed, set `publicUrl` to the name, or turn sign-in on.',
  },
  'request.origin_refused': {
    status: 403,
    title: 'A page of another origin may not do this',
    remedy: "Use the host's own page or a token.",
  },
  'auth.required': { status: 401, title: 'Sign in first', remedy: 'Open the sign-in link or send `Authorization: Bearer TOKEN`.' },
  'auth.forbidden': {
    status: 403,
    title: 'Your role does not allow this',
    remedy: 'Ask an admin for a token with the scope that is named.',
  },
  'auth.link_spent': {
    status: 401,
    title: 'This sign-in link was used or has expired',
    remedy: 'Create a new one with `streams tokens link`.',
  },
  'auth.token_unknown': {
    status: 401,
    title: 'The token is not known, has expired or was revoked',
    remedy: 'Create a new one with `streams tokens create`.',
  },
  'auth.too_many_attempts': {
    status: 429,
    title: 'Too many failed sign-ins from this IP address',
    remedy: 'Wait five minutes and try again.',
  },
  'health.finding_not_found': {
    status: 404,
    title: 'There is no such finding that can be dismissed',
    remedy: 'Read GET /health/findings: what still applies goes when its cause does.',
  },
  'session.not_found': {
    status: 404,
    title: 'There is no signed-in browser of that id',
    remedy: 'See the list with GET /sessions.',
  },
  'token.not_found': { status: 404, title: 'There is no token of that id', remedy: 'See the list with `streams tokens list`.' },
  'path.forbidden': {
    status: 403,
    title: 'This path must not be used',
    remedy:
      'Choose a file outside of the host’s data folder; as an editor one of a folder that `GET /editor-reach` lists, or ask an admin to enter the path or to allow its folder.',
  },
  'url.forbidden': {
    status: 403,
    title: 'Editors may not use this URL',
    remedy:
      'Choose a host on the public internet, or ask an admin to enter the URL, or to allow the host under Settings, "What editors may reach" (`PATCH /editor-reach`).',
  },
  'secret.unreadable': {
    status: 500,
    title: 'A stored secret is unreadable with the key of this data folder',
    remedy: 'Restore `secret-box.key` in the data folder, or enter the secret again.',
  },
  'secret.needed': {
    status: 400,
    title: 'The stored secret must be entered again',
    remedy:
      'Send the secret itself with this change. A stored secret is used only with the host, port, protocol and kind that it was entered for.',
  },
  'command.invalid': { status: 400, title: 'The command line is not understood', remedy: 'See `streams --help`.' },
  'config.invalid': { status: 400, title: 'An option is not valid', remedy: 'See `streams host --help`.' },
  'port.in_use': { status: 409, title: 'A port is in use by another program', remedy: 'Stop that program or choose another port.' },
  'port.forbidden': { status: 403, title: 'This user may not listen on that port', remedy: 'Choose a port above 1023.' },
  'storage.full': { status: 507, title: 'The disk is full', remedy: 'Free some space. A host that runs goes on from memory until then.' },
  'storage.unreadable': {
    status: 500,
    title: 'The data folder cannot be read',
    remedy: 'Check its owner and permissions, or choose another with --data.',
  },
  'storage.corrupt': {
    status: 500,
    title: 'The database is damaged',
    remedy: 'Move the file that is named away and start again, or put a backup in its place.',
  },
  'storage.newer': {
    status: 500,
    title: 'The database was written by a newer version of this program',
    remedy: 'Update the program, or choose another folder with --data.',
  },
  'storage.failed': {
    status: 500,
    title: 'The database request failed',
    remedy: 'See the log line with the same request id.',
  },
  'certificate.invalid': {
    status: 500,
    title: 'The TLS certificate or its key cannot be used',
    remedy: 'Give PEM files that belong together as --tls-cert and --tls-key.',
  },
  'acme.away': {
    status: 502,
    title: 'The ACME authority does not answer',
    remedy: 'Check that this machine reaches the URL of acme.directory. It is tried again by itself.',
  },
  'acme.unreachable': {
    status: 502,
    title: 'The ACME authority cannot reach this machine by the name',
    remedy:
      'Port 80 of the name must lead to the HTTP port here: check the DNS record, firewall and port forwarding, or use acme.dnsHook. It is tried again by itself.',
  },
  'acme.wrong_answer': {
    status: 502,
    title: 'Something else answers at the name',
    remedy: 'The DNS record, or whatever listens on port 80 of the name, must lead to this program. It is tried again by itself.',
  },
  'acme.name_unknown': {
    status: 502,
    title: 'The name has no IP address in DNS',
    remedy: 'Make an A or AAAA record for the name, or correct acme.names. It is tried again by itself.',
  },
  'acme.rate_limited': {
    status: 429,
    title: 'The ACME authority gives no more certificates for now',
    remedy: 'Wait as long as the authority says. For trials, use its staging directory.',
  },
  'acme.rejected': {
    status: 502,
    title: 'The ACME authority rejected the order',
    remedy: 'Correct what it names; acme.names may have names that it does not accept, or a CAA record that forbids it.',
  },
  'acme.hook_failed': {
    status: 502,
    title: 'The program of acme.dnsHook failed',
    remedy: 'Run it by hand with the same arguments, and correct what it prints.',
  },
  'service.sockets_invalid': {
    status: 500,
    title: 'A socket that the service manager passed cannot be used',
    remedy: 'Correct the socket unit (`systemctl cat`) or the option that is named, and start the service again.',
  },
  'service.unavailable': {
    status: 501,
    title: 'There is no systemd that could run the service',
    remedy: 'Run `streams host` by the service manager of this system, or in a terminal.',
  },
  'service.changed': {
    status: 409,
    title: 'The unit file of the service was changed by hand',
    remedy: 'Move your changes into a drop-in (`systemctl edit`), or repeat the command with --force to replace the file.',
  },
  'service.not_permitted': {
    status: 403,
    title: 'Only an administrator may do this with a service of the machine',
    remedy: 'Repeat the command with sudo, or leave out --system for a service of your own user.',
  },
  'service.unreadable': {
    status: 409,
    title: 'A service of the machine cannot run a program in a home folder',
    remedy: 'Install the package, or unpack the program below /opt.',
  },
  'service.not_installed': { status: 404, title: 'The service is not installed', remedy: 'Install it with `streams service install`.' },
  'service.failed': {
    status: 500,
    title: 'systemd did not do what was asked',
    remedy: 'Read what it says, and the journal of the service.',
  },
  'host.not_running': { status: 503, title: 'No host is running on this data folder', remedy: 'Start one with `streams host`.' },
  'host.already_running': {
    status: 409,
    title: 'A host is already running on this data folder',
    remedy: 'Use that one, stop it, or choose another folder with --data.',
  },
  'host.crashes_often': {
    status: 503,
    title: 'The host or the studio ended unexpectedly three times in ten minutes',
    remedy: 'Start safe mode on the studio page, or the host with `--safe-mode`. `crashes.log` in the data folder says how it ended.',
  },
  'host.local_only': {
    status: 409,
    title: 'The host listens on this machine alone',
    remedy: 'Set option `bind` to 0.0.0.0, or `publicUrl`, and start the host again.',
  },
  'host.unreachable': { status: 503, title: 'The host does not answer', remedy: 'Check the URL, and that the host is running.' },
  'shell.no_desktop': {
    status: 503,
    title: 'There is no desktop to show an icon on',
    remedy: 'Run it in a graphical session that has a message bus (DBUS_SESSION_BUS_ADDRESS).',
  },
  'shell.not_attached': {
    status: 409,
    title: 'No desktop shows windows for this host',
    remedy: 'Run `streams` in the graphical session that the windows are to be in, or open them in this browser.',
  },
  'shell.window_failed': {
    status: 409,
    title: 'The desktop did not open the window',
    remedy: 'Read what is wrong; a window that was closed already is opened again.',
  },
  'host.of_other_user': {
    status: 403,
    title: 'The data folder belongs to another user',
    remedy: 'Choose a folder of your own with --data, or ask that user for an invitation to their host.',
  },
  'link.invalid': {
    status: 400,
    title: 'The link leads nowhere',
    remedy: 'Check that it was copied whole: docs/shell.md lists the links that there are.',
  },
} as const satisfies Record<string, ErrorKind>
