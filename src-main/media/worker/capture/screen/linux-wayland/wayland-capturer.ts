import { loadAddon } from '../../../../../platform/load-addon.ts'
import type { CaptureProblems } from '../capture-problems.ts'
import type { Capturer } from '../capturer.ts'
import type { CaptureAddon } from '../native-addon.ts'
import { startNativeCapture } from '../native-capturer.ts'

/** Why there is no video of a compositor. */
const problems: CaptureProblems = {
  reasons: {
    'no-server': () => 'No compositor answers: waiting for it',
    'refused': () => 'The compositor rejects the host',
    'no-answer': () => 'The compositor does not answer',
    'server-lost': () => 'The compositor is gone: waiting for it to come back',
    'no-screencopy': () => 'The compositor does not let programs capture it: its protocol wlr-screencopy is missing',
    'no-output': () => 'The compositor has no output: waiting for one',
    'output-gone': () => 'The output of the compositor was removed: waiting for another one',
    'pixel-format': () => 'The compositor shows colors in a way that cannot be read',
    'too-large': () => 'The frame is too large: up to 8192 pixels a side are possible',
  },
  hangs: () => 'The compositor does not answer',
}

/**
 * Captures the first output of a compositor with wlroots' protocols, by native/wayland. Compositors of other desktops ask the person first: see screen-cast/.
 * @throws AppError `studio.engine_missing`
 */
export function createWaylandCapturer(): Pick<Capturer, 'start'> {
  const addon = loadAddon<Pick<CaptureAddon, 'Capture'>>('wayland')
  return { start: (order, into, onReport) => startNativeCapture(addon, problems, order, into.address, onReport) }
}
