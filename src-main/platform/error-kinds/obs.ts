import type { ErrorKind } from './error-kind.ts'

/** Errors of the control of OBS Studio. */
export const obsErrors = {
  'obs.not_found': { status: 404, title: 'There is no OBS of that id or name', remedy: 'See `GET /obs`.' },
  'obs.ambiguous': { status: 400, title: 'More than one OBS could be meant', remedy: 'Name one with `obs`: see `GET /obs`.' },
  'obs.limit': { status: 409, title: 'There are as many OBS instances as there can be', remedy: 'Remove one that is not used.' },
  'obs.exists': { status: 409, title: 'This OBS was added already', remedy: 'Use the instance that is named.' },
  'obs.address_needed': {
    status: 400,
    title: 'The OBS to add has no host',
    remedy: 'Send `host`, or `found` with an id of `GET /obs/found`.',
  },
  'obs.found_gone': {
    status: 404,
    title: 'That OBS is no longer found on this machine',
    remedy: 'Read `GET /obs/found` again, or add it by host and port.',
  },
  'obs.not_connected': {
    status: 409,
    title: 'The OBS is not connected',
    remedy: 'Start OBS and see why in `error` of `GET /obs/:id`; `POST /obs/:id/connect` tries at once.',
  },
  'obs.unreachable': {
    status: 502,
    title: 'No OBS answers at this host and port',
    remedy: 'Start OBS and switch on Tools, WebSocket Server Settings, Enable WebSocket server; check host, port and firewall.',
  },
  'obs.lost': { status: 502, title: 'The connection to OBS was lost', remedy: 'Check that OBS runs: it is connected again by itself.' },
  'obs.closed_by_obs': {
    status: 502,
    title: 'OBS closed the connection',
    remedy: 'Check in OBS, Tools, WebSocket Server Settings, whether somebody ended the session.',
  },
  'obs.not_answering': {
    status: 504,
    title: 'OBS accepts connections but does not answer',
    remedy: 'Look at OBS: a dialog that waits, or a program that hangs. Start it again if it does not react.',
  },
  'obs.not_obs': {
    status: 502,
    title: 'What answers there does not speak the protocol of obs-websocket 5',
    remedy: 'Check the port (OBS: 4455). For OBS 27 or older, update to OBS 28 or newer, which brings it along.',
  },
  'obs.connector_away': {
    status: 502,
    title: 'The connector of this OBS is not connected to this host',
    remedy: 'On the machine of that OBS, run `streams obs connect` with the URL of this host and the token of the instance.',
  },
  'obs.connector_token': {
    status: 401,
    title: 'No OBS has this connector token',
    remedy: 'Create another token on the OBS page and start the connector with it: the one before was replaced, or its OBS removed.',
  },
  'obs.no_connector': {
    status: 409,
    title: 'This OBS has no connector',
    remedy: 'Add the OBS again with `POST /obs/connectors`, or change its host and port.',
  },
  'obs.scan_running': {
    status: 409,
    title: 'A network is being searched for OBS already',
    remedy: 'Wait until it is done, or end it with `DELETE /obs/scan`.',
  },
  'obs.too_large': {
    status: 502,
    title: 'OBS sent more than this program reads',
    remedy: 'Check that host and port belong to an OBS that you trust; make its scene collection smaller.',
  },
  'obs.version_too_old': {
    status: 502,
    title: 'This version of OBS is too old to be controlled',
    remedy: 'Update OBS Studio to 28 or newer, or its plug-in obs-websocket to 5.0 or newer.',
  },
  'obs.password_wrong': {
    status: 502,
    title: 'OBS does not accept the password',
    remedy: 'Copy the password from OBS, Tools, WebSocket Server Settings, Show Connect Info, and enter it here.',
  },
  'obs.password_needed': {
    status: 502,
    title: 'OBS asks for a password, and none was entered',
    remedy: 'Copy the password from OBS, Tools, WebSocket Server Settings, Show Connect Info, and enter it here.',
  },
  'obs.timeout': {
    status: 504,
    title: 'OBS did not answer the request in time',
    remedy: 'Look at OBS: it may be busy or wait in a dialog. Read its state before you send the request again.',
  },
  'obs.busy': { status: 429, title: 'Too many requests wait for OBS', remedy: 'Wait for answers, or send them as one batch.' },
  'obs.request_unknown': {
    status: 400,
    title: 'This OBS does not know the request',
    remedy: 'See `version.requests` of `GET /obs/:id`; a newer OBS may have it.',
  },
  'obs.request_invalid': { status: 400, title: 'OBS rejected the data of the request', remedy: 'Correct the field that is named.' },
  'obs.resource_not_found': {
    status: 404,
    title: 'OBS has no such scene, input, filter or other item',
    remedy: 'See `GET /obs/:id/mirror`.',
  },
  'obs.resource_exists': { status: 409, title: 'OBS has something of that name already', remedy: 'Choose another name.' },
  'obs.wrong_state': {
    status: 409,
    title: 'OBS cannot do this in its present state',
    remedy: 'Start, stop or switch on first what is named.',
  },
  'obs.not_ready': { status: 503, title: 'OBS is busy loading', remedy: 'Try again in a few seconds.' },
  'obs.request_failed': { status: 502, title: 'OBS could not do this', remedy: 'See what OBS says, and its log (Help, Log Files).' },
  'obs.host_unreachable_from_obs': {
    status: 409,
    title: 'That OBS cannot reach the RTMP port of this host',
    remedy: 'Let the host listen on the network (`bind`, e.g. 0.0.0.0), or run OBS on the same machine.',
  },
  'obs.streams_elsewhere': {
    status: 409,
    title: 'OBS streams to another server at present',
    remedy: 'Stop its stream first: settings of a running stream cannot be changed.',
  },
  'obs.stream_not_arrived': {
    status: 504,
    title: 'OBS was started, but its stream did not arrive here',
    remedy: 'See the message of OBS about its output; check the firewall and the server that was set.',
  },
  'obs.template_changed': {
    status: 409,
    title: 'OBS has changed since the plan was made',
    remedy: 'Make the plan again (`POST /obs/:id/template/plan`), and look at it.',
  },
  'obs.template_not_applied': {
    status: 404,
    title: 'No such application of a template can be undone',
    remedy: 'See `GET /obs/:id/template/applications`.',
  },
  'obs.template_other_collection': {
    status: 409,
    title: 'The template was applied to another scene collection',
    remedy: 'Change OBS to that scene collection first (`PATCH /obs/:id/collection`).',
  },
  'obs.template_not_newest': {
    status: 409,
    title: 'Another template was applied later',
    remedy: 'Undo the newest one first: `GET /obs/:id/template/applications`.',
  },
  'obs.protocol_off': {
    status: 409,
    title: 'The server for programs made for OBS is off',
    remedy: 'Switch it on first: Settings, Programs made for OBS.',
  },
  'obs.client_limit': {
    status: 409,
    title: 'The maximum number of programs with a password is reached',
    remedy: 'Revoke the password of one that is not used.',
  },
  'obs.client_unknown': { status: 404, title: 'There is no program of that id', remedy: 'See `GET /studio/obs-protocol/clients`.' },
  'obs.pairing_gone': {
    status: 404,
    title: 'That program no longer asks to connect',
    remedy: 'Open pairing, and let the program connect again.',
  },
} as const satisfies Record<string, ErrorKind>
