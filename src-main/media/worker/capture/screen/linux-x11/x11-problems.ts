import type { CaptureProblems } from '../capture-problems.ts'

/** Why there is no video of an X server, or not the one that was asked for, and what to do about it. */
export const x11Problems: CaptureProblems = {
  reasons: {
    'no-server': (_, server) => {
      const at = displayOf(server)
      if (at !== '') return `No X server answers at ${at}: waiting for it`
      return 'There is no X server: DISPLAY is not set where the host runs. On Wayland use the source "Screen (desktop portal)"'
    },
    'refused': (_, server) => `The X server at ${displayOf(server)} rejects the host: its cookie is not in the file that XAUTHORITY names`,
    'bad-name': (_, server) => `"${displayOf(server)}" is no X server: write it as :0 or machine:0`,
    'no-screen': (_, server) => `The X server at ${displayOf(server)} has no such screen`,
    'server-lost': (_, server) => `The X server at ${displayOf(server)} is gone: waiting for it to come back`,
    'no-composite': () => 'Windows cannot be captured: the X server lacks the extension Composite',
    'pixel-format': (depth) => `The X server shows colours in a way that cannot be read (depth ${depth}): run it with 16, 24 or 30 bits`,
    'too-large': (size) => `The frame is too large (${size}): up to 8192 pixels a side are possible, capture a region`,
    'xwayland': () =>
      'This X server is a guest of a Wayland desktop: programs of the desktop itself are not seen. Use the source "Screen (desktop portal)"',
  },
  hangs: (server) => `The X server at ${displayOf(server)} does not answer`,
}

function displayOf(server: string): string {
  return server === '' ? (process.env.DISPLAY ?? '') : server
}
