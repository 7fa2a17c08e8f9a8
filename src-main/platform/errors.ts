/**
 * The single catalogue of errors. A code is what programs match, `title` is the sentence for people,
 * `remedy` is what to do about it, `status` is the HTTP status that the API answers with.
 * docs/errors.md is held against this list by a test.
 */
export interface ErrorKind {
  readonly status: number
  readonly title: string
  readonly remedy: string
}

export const errorKinds = {
  'internal': { status: 500, title: 'Something went wrong inside the host', remedy: 'See the log line with the same request id.' },
  'request.invalid': { status: 400, title: 'The request does not fit its schema', remedy: 'Correct the field that is named.' },
  'request.not_found': { status: 404, title: 'There is nothing at this address', remedy: 'Check the path against /api/v1/docs.' },
  'request.conflict': { status: 409, title: 'The request clashes with the present state', remedy: 'Read the state again and repeat.' },
  'request.too_large': { status: 413, title: 'The request body is too large', remedy: 'Send less.' },
  'request.method_refused': {
    status: 405,
    title: 'This address does not take that method',
    remedy: 'Check the method against /api/v1/docs.',
  },
  'request.media_type': { status: 415, title: 'The request body is not JSON', remedy: 'Send `Content-Type: application/json`.' },
  'request.host_refused': {
    status: 421,
    title: 'The request names a host that this server does not answer for',
    remedy: 'Open the address that the host printed, or add the name to `publicUrl`.',
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
    remedy: 'Make a new one with `streams tokens link`.',
  },
  'auth.token_unknown': {
    status: 401,
    title: 'The token is not known, has expired or was revoked',
    remedy: 'Make a new one with `streams tokens create`.',
  },
  'auth.too_many_attempts': {
    status: 429,
    title: 'Too many failed sign-ins from this address',
    remedy: 'Wait five minutes and try again.',
  },
  'token.not_found': { status: 404, title: 'There is no token of that id', remedy: 'See the list with `streams tokens list`.' },
  'access.address_invalid': {
    status: 400,
    title: 'A line of the address rules is no address or network',
    remedy: 'Write an address (203.0.113.7) or a network (10.0.0.0/8).',
  },
  'access.address_refused': { status: 403, title: 'This address is not let in', remedy: 'Ask the operator of this host.' },
  'access.key_invalid': {
    status: 400,
    title: 'The public key cannot be read',
    remedy: 'Paste an RSA, EC P-256 or Ed25519 public key in PEM (BEGIN PUBLIC KEY).',
  },
  'access.key_not_found': { status: 404, title: 'There is no playback key of that id', remedy: 'See the list of playback keys.' },
  'play.token_required': {
    status: 401,
    title: 'This stream is watched with a signed address alone',
    remedy: 'Open the address that you were given, or ask for a new one.',
  },
  'play.token_invalid': { status: 403, title: 'The signature of this address does not fit', remedy: 'Ask for a new address.' },
  'play.token_expired': { status: 403, title: 'This address has expired', remedy: 'Ask for a new address.' },
  'play.token_other_stream': { status: 403, title: 'This address was signed for another stream', remedy: 'Ask for a new address.' },
  'play.token_other_address': {
    status: 403,
    title: 'This address was signed for another viewer',
    remedy: 'Open it on the network it was made for, or ask for a new one.',
  },
  'hook.not_found': { status: 404, title: 'There is no hook of that id', remedy: 'See the list of hooks.' },
  'hook.refused': { status: 403, title: 'A hook refused this', remedy: 'Ask the operator: the answer of the hook says why.' },
  'hook.unanswered': {
    status: 403,
    title: 'A hook that decides did not answer in time',
    remedy: 'Ask the operator: the hook is set to refuse when it does not answer.',
  },
  'alert.not_found': { status: 404, title: 'There is no alert rule or channel of that id', remedy: 'See the lists of alerts.' },
  'alert.channel_failed': { status: 502, title: 'The alert could not be delivered', remedy: 'Check the settings of the channel.' },
  'source.not_found': { status: 404, title: 'There is no source of that id', remedy: 'See the list of sources.' },
  'source.address_invalid': {
    status: 400,
    title: 'This is no address of a source',
    remedy: 'Give rtmp://, rtsp://, srt://, http(s):// or the whole path of a file on the host.',
  },
  'source.failed': { status: 502, title: 'The source cannot be read', remedy: 'Check that the address plays in another player.' },
  'source.silent': { status: 504, title: 'The source sends nothing', remedy: 'Check that somebody publishes there.' },
  'source.ended': { status: 502, title: 'The source ended', remedy: 'It is tried again by itself.' },
  'source.engine_missing': {
    status: 503,
    title: 'Sources need the media engine, which does not load',
    remedy: 'Install again without leaving out optional packages.',
  },
  'secret.unreadable': {
    status: 500,
    title: 'A stored secret is unreadable with the key of this data folder',
    remedy: 'Restore `secret-box.key` in the data folder, or enter the secret again.',
  },
  'stream.not_found': { status: 404, title: 'There is no stream of that name or id', remedy: 'See the list of streams.' },
  'stream.not_live': { status: 409, title: 'The stream is not live', remedy: 'Start publishing first.' },
  'stream.name_invalid': {
    status: 400,
    title: 'A stream name has 1 to 64 of a-z, 0-9, - and _, and begins with a letter or digit',
    remedy: 'Choose another name.',
  },
  'key.not_found': { status: 404, title: 'There is no stream key of that id', remedy: 'See the list of keys.' },
  'publish.key_unknown': { status: 401, title: 'The stream key is not known', remedy: 'Copy the key again, or make a new one.' },
  'publish.key_disabled': { status: 403, title: 'The stream key is disabled', remedy: 'Enable it on the Keys page.' },
  'publish.key_revoked': { status: 403, title: 'The stream key was revoked', remedy: 'Make a new key.' },
  'publish.busy': { status: 409, title: 'Another publisher is live on this key', remedy: 'Stop it, or let the key take over.' },
  'publish.taken_over': { status: 409, title: 'A newer publisher took over', remedy: 'Only one encoder may use a key at a time.' },
  'publish.kicked': { status: 403, title: 'An operator disconnected this publisher', remedy: 'Ask the operator.' },
  'publish.ended': {
    status: 409,
    title: 'The stream was ended by an operator',
    remedy: 'Start it again on the Live page or wait a moment.',
  },
  'slate.not_found': { status: 404, title: 'There is no slate of that id', remedy: 'See the list of slates.' },
  'slate.unreadable': {
    status: 400,
    title: 'No slate can be made of this file',
    remedy: 'Send a PNG or JPEG picture, or a short MP4 or WebM video.',
  },
  'slate.unsupported': {
    status: 415,
    title: "There is no slate in this stream's codec",
    remedy: 'Publish H.264, HEVC or AV1; viewers wait without a slate otherwise.',
  },
  'slate.unavailable': { status: 503, title: 'The slate could not be encoded', remedy: 'Run `streams doctor`.' },
  'publish.no_standby': {
    status: 409,
    title: 'No other publisher is ready',
    remedy: 'Publish a backup: the same address with `?backup=1`, or a key of the role backup.',
  },
  'publish.over_limit': {
    status: 403,
    title: "The publisher sends more than the key's limits allow",
    remedy: 'Lower what is named in the encoder, or raise the limit of the key.',
  },
  'publish.codec_unsupported': {
    status: 415,
    title: 'The codec is not supported',
    remedy: 'Send H.264, HEVC, AV1 or VP9 with AAC, Opus, FLAC, AC-3 or MP3.',
  },
  'ingest.handshake': { status: 400, title: 'The RTMP handshake is malformed', remedy: 'Point an RTMP encoder at this port.' },
  'ingest.protocol': { status: 400, title: 'The RTMP bytes break the protocol', remedy: 'Update the encoder.' },
  'ingest.amf': { status: 400, title: 'An AMF value is malformed or too deep', remedy: 'Update the encoder.' },
  'ingest.message_too_large': {
    status: 413,
    title: 'A message is larger than the limit',
    remedy: 'Raise `limits.messageBytes` or lower the bitrate.',
  },
  'ingest.media': { status: 400, title: 'The media headers are malformed', remedy: 'Update the encoder.' },
  'ingest.srt': { status: 400, title: 'The SRT handshake cannot be served', remedy: 'Call in live mode with SRT 1.3 or newer.' },
  'ingest.srt_passphrase': {
    status: 403,
    title: 'The SRT passphrase does not fit',
    remedy: 'Give the encoder the passphrase of the option `srtPassphrase`, or none where it is empty.',
  },
  'ingest.timeout': { status: 408, title: 'Nothing arrived in time', remedy: 'Check the network between encoder and host.' },
  'ingest.too_many_connections': {
    status: 429,
    title: 'Too many connections from this address',
    remedy: 'Close some, or raise `limits.connectionsPerAddress`.',
  },
  'play.not_live': { status: 404, title: 'The stream is not live', remedy: 'Try again when it has started.' },
  'play.viewers_full': {
    status: 403,
    title: 'The stream has as many viewers as its key allows',
    remedy: 'Try again when somebody has left, or raise the limit of the key.',
  },
  'play.too_many_listeners': {
    status: 503,
    title: 'Too many pages listen for what becomes of streams',
    remedy: 'Ask about.json from time to time instead.',
  },
  'play.too_many_beacons': { status: 429, title: 'Players send more reports than are taken', remedy: 'Send the next report later.' },
  'destination.not_found': { status: 404, title: 'The stream has no destination of that id', remedy: 'See the list of its destinations.' },
  'destination.address_invalid': {
    status: 400,
    title: 'The address of the destination is not usable',
    remedy: 'Give an address such as rtmps://HOST/APP, srt://HOST:PORT or https://HOST/PATH (WHIP), and the key in its own field.',
  },
  'destination.limit': { status: 409, title: 'The stream has too many destinations', remedy: 'Remove some that are not used.' },
  'destination.unresolved': {
    status: 502,
    title: "The destination's host name is not known",
    remedy: 'Check the spelling of the address, and the name server of this machine.',
  },
  'destination.unreachable': {
    status: 502,
    title: 'The destination cannot be reached',
    remedy: 'Check address, port and firewall; the next attempt follows by itself.',
  },
  'destination.tls': {
    status: 502,
    title: 'No secure connection to the destination came about',
    remedy:
      'Check that the address takes TLS and that its certificate is valid for this name; for a server of your own its fingerprint can be accepted.',
  },
  'destination.silent': {
    status: 504,
    title: 'The destination accepts the connection and does not answer',
    remedy: 'Check that the port is its ingest port; the next attempt follows by itself.',
  },
  'destination.protocol': {
    status: 502,
    title: 'The destination does not speak its protocol as it should',
    remedy: 'Check that the address is that of an ingest server of this kind.',
  },
  'destination.passphrase': {
    status: 403,
    title: 'The passphrase of the destination is wrong',
    remedy: 'Give the passphrase that the SRT listener has; leave it empty where the listener has none.',
  },
  'destination.refused': {
    status: 403,
    title: 'The destination refuses this stream',
    remedy: 'Copy the stream key again, and check on its page that it expects a stream.',
  },
  'destination.closed': {
    status: 502,
    title: 'The destination closed the connection',
    remedy: 'The next attempt follows by itself; see its page if it goes on.',
  },
  'destination.stalled': {
    status: 504,
    title: 'The destination takes no more data',
    remedy: 'Check the upload rate of this machine, or send a smaller rendition; the next attempt follows by itself.',
  },
  'destination.codec_refused': {
    status: 415,
    title: 'The destination does not take the codec of this stream',
    remedy: 'Publish H.264 with AAC, or choose a rendition in a codec that it takes.',
  },
  'destination.rendition_missing': {
    status: 409,
    title: 'The stream does not have the track that this destination is to get',
    remedy: 'Choose the source or another rendition; the next attempt follows by itself.',
  },
  'recording.not_found': { status: 404, title: 'There is no recording of that id', remedy: 'See the list of recordings.' },
  'recording.running': { status: 409, title: 'The recording is still running', remedy: 'Stop it first.' },
  'recording.off': { status: 409, title: 'The stream is not being recorded', remedy: 'Start a recording first.' },
  'recording.file_missing': {
    status: 404,
    title: 'The file of this recording is gone',
    remedy: 'Put it back into the folder `recordings` of the data folder, or delete the recording.',
  },
  'recording.codec_unsupported': {
    status: 415,
    title: 'The container does not take a codec of this stream',
    remedy: 'Record to MP4 or MKV, or leave the track out.',
  },
  'recording.disk_full': {
    status: 507,
    title: 'Recording waits: the disk has too little room',
    remedy: 'Delete recordings, free space, or lower the room that retention keeps free. Recording goes on by itself.',
  },
  'recording.disk_slow': {
    status: 503,
    title: 'Recording was interrupted: the disk is too slow',
    remedy: 'Use a faster disk or a lower bitrate. Recording goes on by itself.',
  },
  'recording.disk_failed': {
    status: 500,
    title: 'Recording was interrupted: the disk refused to write',
    remedy: 'Check the disk and the permissions of the folder `recordings`. Recording goes on by itself.',
  },
  'recording.template_invalid': {
    status: 400,
    title: 'The file name template names a field that does not exist',
    remedy: 'Use {stream}, {title}, {date}, {time} and {number}.',
  },
  'clip.not_found': { status: 404, title: 'There is no clip of that id', remedy: 'See the list of clips.' },
  'clip.range_invalid': {
    status: 400,
    title: 'The range of the clip is none',
    remedy: 'Give `from` and `to` (ms on the stream’s timeline, or ISO 8601), the end behind the beginning, or `lastSeconds`.',
  },
  'clip.out_of_window': {
    status: 409,
    title: 'The stream does not hold that range any more, or not yet',
    remedy: 'Clip what the window holds (`GET /live/streams/:id/clip-window`), or give the stream a longer rewind window.',
  },
  'clip.too_long': { status: 400, title: 'The clip is too long', remedy: 'Clip an hour at most, or record the stream.' },
  'clip.discontinuity': {
    status: 409,
    title: 'The range reaches over a moment at which the publisher was away or changed its settings',
    remedy: 'Clip what lies before that moment or what lies behind it.',
  },
  'clip.rendition_missing': {
    status: 409,
    title: 'The stream has no such rendition',
    remedy: 'Leave `rendition` out for the pictures as they were published.',
  },
  'clip.busy': { status: 503, title: 'Too many clips are being made', remedy: 'Wait until one is done.' },
  'clip.no_room': {
    status: 507,
    title: 'There is no room for more clips',
    remedy: 'Delete clips, free space on the disk, or raise `--clips-mb`.',
  },
  'clip.not_ready': { status: 409, title: 'The clip has no file yet', remedy: 'Wait until it is ready, or see why it failed.' },
  'clip.failed': {
    status: 500,
    title: 'The clip could not be made',
    remedy: 'Try again; `streams doctor` tells whether the media engine works.',
  },
  'clip.interrupted': {
    status: 500,
    title: 'The host ended while the clip was being made',
    remedy: 'Make it again while the window still holds it.',
  },
  'rendition.preset_not_found': { status: 404, title: 'There is no such preset', remedy: 'See `GET /api/v1/live/presets`.' },
  'demo.unavailable': { status: 503, title: 'The test stream needs the media engine, which is missing', remedy: 'Run `streams doctor`.' },
  'command.invalid': { status: 400, title: 'The command line is not understood', remedy: 'See `streams --help`.' },
  'config.invalid': { status: 400, title: 'An option is not valid', remedy: 'See `streams host --help`.' },
  'webrtc.sdp_invalid': {
    status: 400,
    title: 'The SDP is not an offer that can be answered',
    remedy: 'Send the text of an RTCPeerConnection offer as `application/sdp`.',
  },
  'webrtc.no_codec': {
    status: 406,
    title: 'No codec of the offer can be used here',
    remedy: 'Offer H.264 (or VP9 or AV1) and Opus; VP8 is not taken.',
  },
  'webrtc.session_unknown': {
    status: 404,
    title: 'There is no WebRTC session at this address',
    remedy: 'It has ended: send a new offer.',
  },
  'webrtc.no_restart': {
    status: 405,
    title: 'This WebRTC engine cannot restart ICE',
    remedy: 'Send a new offer; viewers and publishers of our own pages do so by themselves.',
  },
  'webrtc.too_many_offers': {
    status: 429,
    title: 'Too many WebRTC offers from this address',
    remedy: 'Wait some seconds and try again.',
  },
  'studio.engine_missing': {
    status: 503,
    title: 'A native part of the studio is not there',
    remedy: 'Install the packages that are named, then run `npm run build`.',
  },
  'webrtc.engine_down': {
    status: 503,
    title: 'The WebRTC engine is starting again',
    remedy: 'Try again in two seconds.',
  },
  'webrtc.engine_missing': {
    status: 503,
    title: 'The WebRTC engine that was asked for is not there',
    remedy: 'Build its worker with `npm run build:mediasoup`, or leave the choice of the engine to `auto`.',
  },
  'webrtc.off': {
    status: 404,
    title: 'WebRTC is switched off on this host',
    remedy: 'Start the host with a `webrtcPort` other than `off`.',
  },
  'studio.no_collection': {
    status: 409,
    title: 'No collection is open in the studio',
    remedy:
      'Open one: `streams studio open NAME` (`streams studio list` lists them), `POST /studio/collections/NAME/open`, or `streams studio run --collection FILE`.',
  },
  'studio.collection_invalid': {
    status: 400,
    title: 'The document is not a collection',
    remedy: 'Correct the places that are named; what was open is untouched.',
  },
  'studio.collection_newer': {
    status: 400,
    title: 'The collection was written by a newer version of this program',
    remedy: 'Update the program, or export the collection there for an older one.',
  },
  'studio.collection_not_found': {
    status: 404,
    title: 'There is no collection of that name',
    remedy: 'See `GET /studio/collections` or `streams studio list`.',
  },
  'studio.collection_exists': { status: 409, title: 'There is a collection of that name already', remedy: 'Choose another name.' },
  'studio.collection_unreadable': {
    status: 400,
    title: 'The file of the collection cannot be read or written',
    remedy: 'Check that it is there, its owner and permissions, and the room on the disk.',
  },
  'studio.collection_changed': {
    status: 409,
    title: 'Another program changed the file of the collection',
    remedy: 'Choose what to keep: `POST /studio/collection/resolve` with `keep` of `mine` or `disk`.',
  },
  'studio.version_not_found': { status: 404, title: 'There is no such version of the collection', remedy: 'See its list of versions.' },
  'studio.not_found': { status: 404, title: 'The collection has no such thing', remedy: 'See `GET /studio/collection`.' },
  'studio.edit_refused': { status: 409, title: 'The edit would leave a collection that is none', remedy: 'Change first what is named.' },
  'studio.secret_hidden': {
    status: 400,
    title: 'A secret was sent as it is shown: hidden',
    remedy: 'Send the secret itself, or leave the property out.',
  },
  'studio.nothing_to_undo': { status: 409, title: 'There is nothing to undo', remedy: 'See `GET /studio/history`.' },
  'studio.nothing_to_redo': { status: 409, title: 'There is nothing to redo', remedy: 'See `GET /studio/history`.' },
  'studio.on_air': { status: 409, title: 'Outputs are live', remedy: 'Stop them first, or send `force` (`--force`).' },
  'studio.mode_off': {
    status: 409,
    title: 'There is no preview: studio mode is off',
    remedy: 'Switch it on: `PATCH /studio/program` with `studioMode`, or `streams studio preview SCENE`.',
  },
  'studio.busy': { status: 429, title: 'Too many macros are running', remedy: 'Wait until some have ended.' },
  'studio.import_invalid': {
    status: 400,
    title: 'The file is no scene collection of OBS Studio',
    remedy: 'Export it there: Scene Collection, Export; or take the file from its folder `basic/scenes`.',
  },
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
    title: 'The database could not do what was asked',
    remedy: 'See the log line with the same request id.',
  },
  'certificate.invalid': {
    status: 500,
    title: 'The TLS certificate or its key cannot be used',
    remedy: 'Give PEM files that belong together as --tls-cert and --tls-key.',
  },
  'studio.not_running': {
    status: 409,
    title: 'The studio does not run',
    remedy: 'Open a collection, or wait a moment: a studio that was lost is back within two seconds.',
  },
  'studio.command_unknown': {
    status: 400,
    title: 'The source does not take that command',
    remedy: 'See the commands of its kind in GET /api/v1/studio/source-kinds.',
  },
  'studio.seek_invalid': {
    status: 400,
    title: 'The place to go to is no number of milliseconds',
    remedy: 'Send `{ "ms": 12000 }`: the place in what is played, from 0 on.',
  },
  'studio.output_not_found': {
    status: 404,
    title: 'The collection has no output of that id',
    remedy: 'See the list with GET /api/v1/studio/outputs.',
  },
  'studio.output_invalid': {
    status: 400,
    title: 'The output cannot be what it is set to be',
    remedy: 'Correct the field that is named; GET /api/v1/studio/output-kinds says what each kind takes.',
  },
  'studio.output_off': { status: 409, title: 'The output does not run', remedy: 'Start it first.' },
  'studio.output_left_off': {
    status: 409,
    title: 'The output ran when the host ended, and was not started by itself',
    remedy: 'Start it where it shall go on.',
  },
  'studio.output_command_unknown': {
    status: 400,
    title: 'The output does not take that command',
    remedy: 'See the commands of its kind in GET /api/v1/studio/output-kinds.',
  },
  'studio.output_encoder': {
    status: 503,
    title: 'The encoder for the output does not run',
    remedy: 'Choose another encoder or preset for the output; GET /api/v1/live/encoders lists those of this machine.',
  },
  'studio.folder_unusable': {
    status: 409,
    title: 'Files cannot be written to the folder',
    remedy: 'Choose a folder that exists, or can be made, and that the user of the host may write to.',
  },
  'studio.replay_empty': {
    status: 409,
    title: 'The replay buffer holds nothing yet',
    remedy: 'Wait until the studio has sent its first pictures.',
  },
  'studio.replay_busy': { status: 409, title: 'A replay is being saved already', remedy: 'Wait until it is saved.' },
  'studio.virtual_camera_missing': {
    status: 503,
    title: 'This system has no virtual camera that the studio can feed',
    remedy:
      'Linux: start PipeWire for the user that runs the host (systemctl --user start pipewire wireplumber), or install v4l2loopback-dkms and load the module (modprobe v4l2loopback exclusive_caps=1).',
  },
  'studio.file_not_found': {
    status: 404,
    title: 'There is no file of that id',
    remedy: 'See the list with GET /api/v1/studio/files.',
  },
  'studio.file_missing': {
    status: 410,
    title: 'The file is no longer where it was written',
    remedy: 'Put it back, or take it off the list.',
  },
  'studio.file_running': { status: 409, title: 'The file is still being written', remedy: 'Stop its output first.' },
  'studio.capture_unavailable': {
    status: 503,
    title: 'Displays and windows of this machine cannot be listed',
    remedy: 'Run the host inside a desktop session, or give it DISPLAY and XAUTHORITY of one.',
  },
  'studio.devices_unavailable': {
    status: 503,
    title: 'Cameras and sound devices of this machine cannot be listed',
    remedy: 'Start PipeWire for the user that runs the host: `systemctl --user start pipewire wireplumber`.',
  },
  'host.not_running': { status: 503, title: 'No host is running on this data folder', remedy: 'Start one with `streams host`.' },
  'host.already_running': {
    status: 409,
    title: 'A host is already running on this data folder',
    remedy: 'Use that one, stop it, or choose another folder with --data.',
  },
  'host.unreachable': { status: 503, title: 'The host does not answer', remedy: 'Check the address, and that the host is running.' },
} as const satisfies Record<string, ErrorKind>

export type ErrorCode = keyof typeof errorKinds

/** For codes that come from another process. */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorKinds, code)
}

/** An error of the catalogue. `message` says what was wrong and where; `cause` is what lay beneath. */
export class AppError extends Error {
  readonly code: ErrorCode
  /** What exactly was wrong, e.g. `{ option: 'httpPort', program: 'nginx (pid 311)' }`. Never a secret. */
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, message?: string, options: { cause?: unknown; details?: Record<string, unknown> } = {}) {
    super(message ?? errorKinds[code].title, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.details = options.details ?? {}
  }

  get status(): number {
    return errorKinds[this.code].status
  }

  get remedy(): string {
    return errorKinds[this.code].remedy
  }
}
