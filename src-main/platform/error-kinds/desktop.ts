import type { ErrorKind } from './error-kind.ts'

/** Errors of the remote desktop. */
export const desktopErrors = {
  'desktop.display_not_found': { status: 404, title: 'There is no display of that id', remedy: 'See `GET /desktop/displays`.' },
  'desktop.limit': { status: 409, title: 'There are as many displays as there can be', remedy: 'Remove one that is not used.' },
  'desktop.not_ours': { status: 409, title: 'This display was not created here', remedy: 'Remove displays of kind `virtual` alone.' },
  'desktop.server_missing': {
    status: 503,
    title: 'The program that makes displays is not installed',
    remedy: 'On Debian and Ubuntu: `apt-get install tigervnc-standalone-server`.',
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
} as const satisfies Record<string, ErrorKind>
