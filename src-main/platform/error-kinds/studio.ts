import type { ErrorKind } from './error-kind.ts'

/** Errors of the studio. */
export const studioErrors = {
  'studio.engine_missing': {
    status: 503,
    title: 'A native part of the studio is missing',
    remedy: 'Install the packages that are named, then run `npm run build`.',
  },
  'studio.preparing': {
    status: 503,
    title: 'The studio is being prepared: its native parts are being built',
    remedy: 'Wait a moment: it starts by itself. `GET /studio` says how far it is.',
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
  'studio.preset_exists': {
    status: 409,
    title: 'This kind of filter has a preset of that name already',
    remedy: 'Choose another name, or delete that preset first.',
  },
  'studio.collection_exists': { status: 409, title: 'There is a collection of that name already', remedy: 'Choose another name.' },
  'studio.collection_unreadable': {
    status: 400,
    title: 'The file of the collection cannot be read or written',
    remedy: 'Check that it exists, its owner and permissions, and the free space on the disk.',
  },
  'studio.collection_changed': {
    status: 409,
    title: 'Another program changed the file of the collection',
    remedy: 'Choose what to keep: `POST /studio/collection/resolve` with `keep` of `mine` or `disk`.',
  },
  'studio.version_not_found': { status: 404, title: 'There is no such version of the collection', remedy: 'See its list of versions.' },
  'studio.not_found': { status: 404, title: 'The collection has no such item', remedy: 'See `GET /studio/collection`.' },
  'studio.edit_refused': { status: 409, title: 'The edit would leave an invalid collection', remedy: 'Change first what is named.' },
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
  'studio.guest_not_found': { status: 404, title: 'There is no such guest', remedy: 'See `GET /studio/guests`.' },
  'studio.guest_not_connected': {
    status: 409,
    title: 'The guest is not connected',
    remedy: 'Wait until they have opened their link and joined.',
  },
  'studio.guest_unknown': {
    status: 401,
    title: 'This invitation is not valid',
    remedy: 'Open the whole link that you were sent, with everything behind the #.',
  },
  'studio.guest_revoked': {
    status: 403,
    title: 'The invitation was revoked',
    remedy: 'Ask whoever sent you the link for a new one.',
  },
  'studio.guest_expired': {
    status: 403,
    title: 'The invitation has expired',
    remedy: 'Ask whoever sent you the link for a new one.',
  },
  'studio.guest_elsewhere': {
    status: 409,
    title: 'The link was opened in another window',
    remedy: 'Go on there, or join again here.',
  },
  'studio.too_many_guests': {
    status: 429,
    title: 'There are too many guests',
    remedy: 'End an invitation, or wait until a guest has left.',
  },
  'studio.busy': { status: 429, title: 'The studio does too much at once', remedy: 'Wait until some of it has ended.' },
  'studio.import_invalid': {
    status: 400,
    title: 'The file is not a scene collection of OBS Studio',
    remedy: 'Export it there: Scene Collection, Export; or take the file from its folder `basic/scenes`.',
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
    title: 'The seek position is not a number of milliseconds',
    remedy: 'Send `{ "ms": 12000 }`: the position in the media, from 0 on.',
  },
  'studio.output_not_found': {
    status: 404,
    title: 'The collection has no output of that id',
    remedy: 'See the list with GET /api/v1/studio/outputs.',
  },
  'studio.output_invalid': {
    status: 400,
    title: 'The settings of the output are not valid',
    remedy: 'Correct the field that is named; GET /api/v1/studio/output-kinds says what each kind takes.',
  },
  'studio.channel_token': {
    status: 409,
    title: 'There is no access token that the service takes',
    remedy: 'Sign in at the service under "Title and category" of the output, or enter an access token of your account there.',
  },
  'studio.channel_application': {
    status: 409,
    title: 'There is no application that the service takes',
    remedy: 'Enter the client ID of an application that you registered at the service: docs/studio-outputs.md says how to get one.',
  },
  'studio.channel_failed': {
    status: 502,
    title: 'The service could not make the change',
    remedy: 'Read what it said and try again, or change it on the page of the service.',
  },
  'studio.channel_unreachable': {
    status: 502,
    title: 'The service does not answer',
    remedy: 'Check the internet connection of the host and its firewall, and try again.',
  },
  'studio.upload_not_measured': {
    status: 502,
    title: 'The upload could not be measured',
    remedy: 'Check the URL and the token: both are of another AMI Streams host, whose version is this one or newer.',
  },
  'studio.output_off': { status: 409, title: 'The output does not run', remedy: 'Start it first.' },
  'studio.output_left_off': {
    status: 409,
    title: 'The output ran when the host ended and was not restarted',
    remedy: 'Start it again if it is still needed.',
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
    title: 'The replay buffer is still empty',
    remedy: 'Wait until the studio has sent its first frames.',
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
  'studio.remux_failed': {
    status: 500,
    title: 'The file could not be remuxed',
    remedy: 'Check the free space of its disk, and with `streams doctor` whether the media engine works, then try again.',
  },
  'studio.file_running': { status: 409, title: 'The file is still being written', remedy: 'Stop its output first.' },
  'studio.overlay_not_found': {
    status: 404,
    title: 'There is no such overlay, or its token is invalid',
    remedy: 'See GET /api/v1/studio/overlays, and copy its URL again: it may have been renewed.',
  },
  'studio.overlay_busy': {
    status: 429,
    title: 'The overlay takes no more for now',
    remedy: 'Send less often, and wait until alerts have been shown.',
  },
  'studio.too_many_overlays': { status: 409, title: 'There are too many overlays', remedy: 'Delete those that are no longer used.' },
  'studio.overlay_file_invalid': {
    status: 400,
    title: 'The file has no overlays that can be added',
    remedy: 'Take a file that was exported from the overlays of a host of this version or an older one.',
  },
  'studio.capture_unavailable': {
    status: 503,
    title: 'Displays and windows of this machine cannot be listed',
    remedy: 'Run the host inside a desktop session, or give it DISPLAY and XAUTHORITY of one.',
  },
  'studio.devices_unavailable': {
    status: 503,
    title: 'Cameras and audio devices of this machine cannot be listed',
    remedy: 'Start PipeWire for the user that runs the host: `systemctl --user start pipewire wireplumber`.',
  },
  'studio.upload_not_found': {
    status: 404,
    title: 'There is no such upload or uploaded file',
    remedy: 'See the list with GET /api/v1/studio/uploaded-files.',
  },
  'studio.upload_too_large': {
    status: 413,
    title: 'The file is too large to be uploaded',
    remedy: 'Choose a smaller one, raise the option `uploads.maxMegabytes`, or copy it to the machine of the host.',
  },
  'studio.upload_quota': {
    status: 413,
    title: 'The uploaded files take all their space',
    remedy: 'Delete some, or raise the option `uploads.quotaMegabytes`.',
  },
  'studio.upload_disk_full': {
    status: 507,
    title: 'The disk of the host has no space for the file',
    remedy: 'Free some space on it, or choose a smaller file.',
  },
  'studio.upload_type': {
    status: 415,
    title: 'The file is of no type that the studio can use',
    remedy: 'Send an image, a video, an audio or a font file (TTF, OTF), or convert it with FFmpeg first.',
  },
  'studio.upload_offset': {
    status: 409,
    title: 'This is not the next piece of the file',
    remedy: 'Continue at the byte that `received` of GET /api/v1/studio/uploads/ID says.',
  },
  'studio.upload_busy': { status: 429, title: 'Too many uploads at once', remedy: 'Wait until some of them have ended.' },
  'studio.upload_interrupted': {
    status: 400,
    title: 'The connection was lost before the piece was complete',
    remedy: 'Continue at the byte that `received` of GET /api/v1/studio/uploads/ID says.',
  },
  'studio.bundle_invalid': {
    status: 400,
    title: 'The file is not a show with its media',
    remedy: 'Choose the TAR file that Export with media wrote, as it is.',
  },
  'studio.upload_in_use': {
    status: 409,
    title: 'The uploaded file is used',
    remedy: 'Give its sources another file first, or send `force`.',
  },
} as const satisfies Record<string, ErrorKind>
