import type { ErrorCode } from '../../platform/errors.ts'
import { repeat } from '../../platform/timing/repeat.ts'
import { connectToHost, openMediaPipe } from '../../platform/workers/worker-side.ts'
import { madeHereVariable } from '../displays/display-server.ts'
import { isOfAudio, isOfCamera } from '../sessions/client-message.ts'
import type { FromDesktopWorker, ToDesktopWorker } from '../sessions/messages.ts'
import { openRecorderWire } from '../sessions/recording-wire.ts'
import { writeViewerWire } from '../sessions/viewer-wire.ts'
import { DisplayAudio } from './audio/display-audio.ts'
import { DisplayCamera } from './camera/display-camera.ts'
import { DisplayClipboard, isOfClipboard } from './clipboard/display-clipboard.ts'
import type { DesktopCursor, DesktopEvent, NativeDesktopInput } from './desktop-addon.ts'
import { DisplayMonitors } from './display-monitors.ts'
import { DisplayShow } from './display-show.ts'
import { DisplayRecorder } from './recording/display-recorder.ts'
import { SeatPrivacy } from './seat-privacy.ts'
import { openShownDisplay } from './shown-display.ts'
import { TouchScreen } from './touch/touch-screen.ts'
import { Viewer } from './viewer.ts'

/** Shows one display to its viewers and hands on what they type: DISPLAY and XAUTHORITY say which. Ends with the host's word. */

const pipe = openMediaPipe()
const viewers = new Map<number, Viewer>()
let cursor: DesktopCursor | undefined
let size: { readonly width: number; readonly height: number } | undefined
/** The display cannot be shown: the host ends this process. */
let lost = false

const host = connectToHost<ToDesktopWorker, FromDesktopWorker>(take)
pipe.on('error', () => process.exit(0))
host.stopping.addEventListener('abort', () => {
  // First: a process that takes too long is killed, and nobody else makes the screen visible.
  seat?.stop()
  clearInterval(silence)
  recorder?.stop()
  show?.stop()
  for (const viewer of viewers.values()) viewer.release()
  touchScreen?.close()
  input?.close()
  view?.close()
  clipboard?.stop()
  audio.stop()
  camera.stop()
  host.end()
})

const display = openShownDisplay()
const input = openInput()
const view = input && new display.DesktopView('', onEvent)
const clipboard = input && new DisplayClipboard(display.DesktopClipboard, (viewer, parts) => writeViewerWire(pipe, viewer, parts))
const monitors = view && new DisplayMonitors({ view, onMonitors: (known) => host.send({ kind: 'monitors', monitors: known }) })
const show = view && new DisplayShow(view, viewers)
const audio = new DisplayAudio({
  send: (viewer, parts) => writeViewerWire(pipe, viewer, parts),
  onProblem: (problem) => process.stderr.write(`audio of a display: ${problem}\n`),
})
const camera = new DisplayCamera((problem) => process.stderr.write(`camera of a display: ${problem}\n`))
const seat = display.LocalSeat && new SeatPrivacy(display.LocalSeat, (state) => host.send({ kind: 'seat', ...state }))
const touchScreen =
  input &&
  display.touchScreen &&
  new TouchScreen({ device: display.touchScreen, size: () => size, onFingers: (fingers) => host.send({ kind: 'touch-screen', fingers }) })
// Also where the host has died.
process.on('exit', () => {
  seat?.stop()
  touchScreen?.close()
})
const recorder =
  show &&
  new DisplayRecorder({
    wire: openRecorderWire(pipe),
    waitingBytes: () => pipe.writableLength,
    show,
    audio,
    ask: display.askTitle,
  })
const silence = repeat(250, () => {
  for (const viewer of viewers.values()) viewer.releaseIfSilent(performance.now())
})
host.ready()

function openInput(): NativeDesktopInput | undefined {
  try {
    const opened = new display.DesktopInput('', process.env[madeHereVariable] === '1')
    // What the process before this one pressed, if it was killed, nobody else releases.
    opened.releaseAll()
    return opened
  } catch (error) {
    lose((error as Error).message)
    return undefined
  }
}

function lose(why: string, code?: ErrorCode): void {
  lost = true
  host.send({ kind: 'lost', why, ...(code !== undefined && { code }) })
}

function take(message: ToDesktopWorker): void {
  if (input === undefined || view === undefined || show === undefined || lost) return
  if (message.kind === 'record' || message.kind === 'record-end') {
    if (message.kind === 'record') recorder?.record(message, message.key)
    else recorder?.stop()
    return
  }
  if (message.kind === 'monitors') {
    monitors?.begin(message.monitors)
    return
  }
  if (message.kind === 'seat') {
    seat?.want(message)
    return
  }
  if (message.kind === 'copied-files') {
    void answerCopied(message.request)
    return
  }
  if (message.kind === 'offer-files') {
    clipboard?.offerFiles(message.uris)
    return
  }
  const known = viewers.get(message.viewer)
  if (message.kind === 'leave') {
    viewers.delete(message.viewer)
    audio.leave(message.viewer)
    camera.leave(message.viewer)
    clipboard?.leave(message.viewer)
    known?.release()
  } else if (message.kind === 'rights') {
    if (!message.rights.includes('control')) known?.release()
    if (!message.rights.includes('audio')) audio.hear(message.viewer, { kind: 'listen', on: false })
    if (!message.rights.includes('microphone')) audio.hear(message.viewer, { kind: 'microphone', on: false })
    if (!message.rights.includes('camera')) camera.leave(message.viewer)
    if (known && message.rights.includes('clipboard')) clipboard?.join(message.viewer)
    else clipboard?.leave(message.viewer)
  } else if (message.kind === 'client') {
    const { message: said } = message
    if (isOfClipboard(said)) clipboard?.hear(message.viewer, said)
    else if (isOfAudio(said)) known && audio.hear(message.viewer, said)
    else if (isOfCamera(said)) known && camera.hear(message.viewer, said)
    else if (known) {
      known.hear(said)
      if (said.kind === 'quality' || said.kind === 'part') show.begin(known)
      else show.ready(known)
    }
  } else {
    const viewer = new Viewer({
      raw: message.raw,
      input,
      touchScreen,
      send: (parts) => writeViewerWire(pipe, message.viewer, parts),
      onSize: (width, height, monitor) => monitors?.resize(width, height, monitor),
      onArrange: (places) => monitors?.arrange(places),
    })
    viewers.set(message.viewer, viewer)
    if (cursor) viewer.cursor(cursor)
    show.begin(viewer)
  }
}

async function answerCopied(request: number): Promise<void> {
  host.send({ kind: 'copied-files', request, copied: await clipboard?.files() })
}

function onEvent(event: DesktopEvent): void {
  if (event.kind === 'lost') lose(event.why, event.code)
  else if (event.kind === 'monitors') monitors?.take(event)
  else if (event.kind === 'cursor') {
    cursor = event
    for (const viewer of viewers.values()) viewer.cursor(event)
  } else {
    const { width, height } = event
    if (size?.width !== width || size.height !== height) {
      size = { width, height }
      host.send({ kind: 'size', width, height })
    }
    void show?.take(event)
  }
}
