import type { ErrorKind } from './error-kind.ts'

/** Errors of the remote desktop. */
export const desktopErrors = {
  'desktop.display_not_found': { status: 404, title: 'There is no display of that id', remedy: 'See `GET /desktop/displays`.' },
  'desktop.limit': {
    status: 409,
    title: 'The maximum number of displays is reached',
    remedy: 'Remove one that is not used, or raise the option `maxDesktops`.',
  },
  'desktop.busy': { status: 429, title: 'Too many changes wait for the displays', remedy: 'Wait until those before are done.' },
  'desktop.not_ours': {
    status: 409,
    title: 'This display was not created here',
    remedy: 'Remove displays of kind `virtual`, `attached` and `portal` alone.',
  },
  'desktop.not_screen': {
    status: 400,
    title: 'Only the screen of the machine has that',
    remedy: 'Change `privacy` of the display `screen`, which there is where the host was started on a screen.',
  },
  'desktop.not_reachable': {
    status: 409,
    title: 'The display of other programs cannot be reached',
    remedy:
      'Check that its X server runs, the path of its socket and of its file of cookies, and that the user that the host runs as may use both.',
  },
  'desktop.attached': {
    status: 400,
    title: 'The display was made by other programs',
    remedy: 'Leave size, monitors, programs, start and end to the programs that made it.',
  },
  'desktop.portal_missing': {
    status: 409,
    title: 'No desktop that can be shown is logged in at this machine',
    remedy:
      'Log in at the machine, install `xdg-desktop-portal` with the back end of its desktop (`xdg-desktop-portal-gnome` or `xdg-desktop-portal-kde`), and start the host as that user within the session.',
  },
  'desktop.portal_denied': {
    status: 403,
    title: 'The desktop at the machine was not shared',
    remedy: 'Ask the person at the machine to choose a screen, to allow remote interaction and to confirm, then try again.',
  },
  'desktop.portal_ended': {
    status: 409,
    title: 'The desktop at the machine ended the sharing',
    remedy: 'Open it again. The person at the machine is asked, unless the desktop remembers.',
  },
  'desktop.shown_already': {
    status: 409,
    title: 'This display is among the desktops already',
    remedy: 'Open it there: as the screen of this machine, or as the desktop that was created here.',
  },
  'desktop.not_recorded': { status: 409, title: 'The display is not being recorded', remedy: 'Start a recording first.' },
  'desktop.recorded_by_rule': {
    status: 403,
    title: 'The display is recorded while somebody controls it',
    remedy: 'Ask an admin to stop the recording, or to change the rule of the display.',
  },
  'desktop.no_image': {
    status: 404,
    title: 'There is no image of the display',
    remedy: 'Open the display, which starts it; see the reason.',
  },
  'desktop.file_not_found': {
    status: 404,
    title: 'There is no such file in the shared folder',
    remedy: 'See `GET /desktop/displays/ID/files`. Links that lead out of the shared folder are not followed.',
  },
  'desktop.nothing_copied': {
    status: 404,
    title: 'These files are not in the clipboard of the display',
    remedy: 'Copy files on the display while it is open in a browser, and download them before something else is copied.',
  },
  'desktop.visit_unknown': {
    status: 404,
    title: 'No guest of that secret is at a display',
    remedy: 'Open the display by the invitation: the secret is in its message `rights`, and ends with the connection.',
  },
  'desktop.upload_limit': {
    status: 413,
    title: 'Guests may not send that much',
    remedy: 'Send smaller files, or ask who invited you for another way.',
  },
  'desktop.not_open': {
    status: 409,
    title: 'The display is not open in a browser',
    remedy: 'Open the display, then try again.',
  },
  'desktop.file_name': {
    status: 400,
    title: 'A file cannot have that name',
    remedy: 'Send names separated by `/`, without `..`, backslashes and control characters, of 255 bytes each at most.',
  },
  'desktop.files_unavailable': {
    status: 503,
    title: 'The shared folder of the display cannot be used',
    remedy: 'Give the user that the host runs as a home folder that it may write.',
  },
  'desktop.archive_too_large': {
    status: 413,
    title: 'The folder has too many files for one archive',
    remedy: 'Download its folders one by one.',
  },
  'desktop.upload_not_found': {
    status: 404,
    title: 'There is no such upload',
    remedy: 'Start it again: an upload that receives nothing for 15 minutes is deleted.',
  },
  'desktop.upload_busy': { status: 429, title: 'Too many uploads at a time', remedy: 'Wait until one of them is complete.' },
  'desktop.upload_offset': {
    status: 409,
    title: 'This is not the next piece of the file',
    remedy: 'Continue at the byte that `received` says.',
  },
  'desktop.upload_too_large': {
    status: 413,
    title: 'The file has more bytes than were announced',
    remedy: 'Start the upload again with the size that the file has now.',
  },
  'desktop.upload_interrupted': {
    status: 400,
    title: 'A piece of the file did not arrive whole',
    remedy: 'Ask how much is here, and go on from there.',
  },
  'desktop.disk_full': { status: 507, title: 'The disk has no space for the file', remedy: 'Delete files that are not needed.' },
  'desktop.server_missing': {
    status: 503,
    title: 'The program that makes displays is not installed',
    remedy:
      'On Debian and Ubuntu: `apt-get install tigervnc-standalone-server`, or for displays by Xorg `xserver-xorg-core xserver-xorg-video-dummy`.',
  },
  'desktop.wayland_missing': {
    status: 503,
    title: 'The program that makes Wayland displays is not installed',
    remedy: 'On Debian and Ubuntu: `apt-get install sway foot`.',
  },
  'desktop.xwayland_missing': {
    status: 503,
    title: 'The program ended at once, and programs of X11 do not run on this Wayland display',
    remedy: 'If it is a program of X11: on Debian and Ubuntu `apt-get install xwayland`, then create the display again.',
  },
  'desktop.wayland_limit': {
    status: 400,
    title: 'A Wayland display cannot have that',
    remedy: 'Create a display of X11 for several monitors, and for other users of the machine.',
  },
  'desktop.x11_limit': {
    status: 400,
    title: 'A display of X11 cannot have that',
    remedy: 'Create a Wayland display for a scale, or set the size of texts in the programs.',
  },
  'desktop.server_failed': {
    status: 500,
    title: 'A display could not be started',
    remedy: 'See the reason; free memory and disk space, then try again.',
  },
  'desktop.program_failed': {
    status: 400,
    title: 'The program could not be started on the display',
    remedy: 'Check its name and that it is installed for the user that the host runs as.',
  },
  'desktop.user_helper_missing': {
    status: 503,
    title: 'Displays of other users need the helper for sessions',
    remedy:
      'On the machine, as root: install the package, write the names of the users into `/etc/ami-streams/sessions`, one a line, and run `systemctl enable --now ami-streams-sessions.socket`.',
  },
  'desktop.user_denied': {
    status: 403,
    title: 'No display can be made as this user of the machine',
    remedy:
      'See the reason. An admin of the machine writes the names of the users whom the host may act as into `/etc/ami-streams/sessions`.',
  },
  'desktop.user_failed': {
    status: 502,
    title: 'The process that makes displays of this user failed',
    remedy: 'Try again. See the log of the host, and `journalctl -u "ami-streams-sessions@*"` where the helper started it.',
  },
  'desktop.forbidden': { status: 403, title: 'You may not do this at the display', remedy: 'Ask an admin to grant you the right.' },
  'desktop.rights_ended': {
    status: 403,
    title: 'Your rights at this display have ended',
    remedy: 'Ask who granted them to grant them again.',
  },
  'desktop.user_unknown': {
    status: 404,
    title: 'No user with that id can sign in',
    remedy: 'Use `token:ID` with the id of a token of `GET /tokens` that is not revoked.',
  },
  'desktop.grant_expired': { status: 400, title: 'The rights would have expired already', remedy: 'Name a time in the future.' },
  'desktop.grant_not_found': {
    status: 404,
    title: 'The user has no rights at this display',
    remedy: 'See `GET /desktop/displays/:id/grants`.',
  },
  'desktop.too_many_grants': {
    status: 409,
    title: 'The maximum number of users have rights at this display',
    remedy: 'Revoke rights that are not used.',
  },
  'desktop.attendee_not_found': {
    status: 404,
    title: 'Nobody with that id is at the display',
    remedy: 'See `GET /desktop/displays/:id/attendees`: whoever connects again has a new id.',
  },
  'desktop.invitation_unknown': {
    status: 404,
    title: 'This invitation is not valid',
    remedy: 'It has expired, was revoked, or the link is not complete: ask who invited you for another one.',
  },
  'desktop.invitation_spent': {
    status: 403,
    title: 'This invitation has been used',
    remedy: 'It is for one person. Open it in the browser where you opened it first, or ask for another one.',
  },
  'desktop.invitation_not_found': {
    status: 404,
    title: 'There is no invitation of that id',
    remedy: 'See `GET /desktop/displays/:id/invitations`.',
  },
  'desktop.too_many_invitations': {
    status: 409,
    title: 'The maximum number of invitations is reached',
    remedy: 'Revoke some that are not used.',
  },
  'desktop.too_many_guests': {
    status: 409,
    title: 'The maximum number of people have used this link',
    remedy: 'Ask who invited you for another link.',
  },
  'desktop.second_factor_needed': {
    status: 403,
    title: 'Desktops need your second factor in this sign-in',
    remedy: 'Enter a code of your authenticator app under Desktops, or send it to `POST /desktop/second-factor/prove`.',
  },
  'desktop.second_factor_exists': {
    status: 409,
    title: 'You have a second factor already',
    remedy: 'Remove it first: `DELETE /desktop/second-factor`.',
  },
  'desktop.second_factor_missing': { status: 404, title: 'The user has no second factor', remedy: 'Set one up under Desktops.' },
  'desktop.code_wrong': {
    status: 403,
    title: 'The code is wrong, or was used already',
    remedy: 'Wait for the next code of your authenticator app, and check that the clocks of both machines are right.',
  },
  'desktop.codes_blocked': {
    status: 429,
    title: 'There were too many wrong codes',
    remedy: 'Wait five minutes. If these were not yours, somebody else signs in as you: revoke your token.',
  },
  'desktop.consent_denied': {
    status: 403,
    title: 'Nobody allowed you to open this desktop',
    remedy: 'Ask the person who is at it, or an admin, then try again: no answer within a minute counts as a denial.',
  },
  'desktop.locked': {
    status: 403,
    title: 'This desktop is locked',
    remedy: 'Open it under Desktops and enter a code of your authenticator app, or ask somebody who may control it.',
  },
  'desktop.consent_not_found': { status: 404, title: 'Nobody waits for this answer', remedy: 'See `GET /desktop/consents`.' },
} as const satisfies Record<string, ErrorKind>
