import { AppError } from '../../../../platform/errors.ts'
import type { Device } from '../../source-kind.ts'
import type { CaptureOrder, CaptureReport, Capturer, RunningCapture } from '../capturer.ts'
import { loadX11Addon, type X11Addon, type X11Devices, type X11Order } from './x11-addon.ts'
import { describeProblem } from './x11-problems.ts'

/** A server that owes an answer for longer is told to be hanging. */
const hangsAfterUs = 2_000_000
const lookEveryMs = 1000
const stopWithinMs = 1500
const listWithinMs = 3000

/**
 * Captures X servers, by native/x11.
 * @throws AppError `studio.engine_missing`
 */
export function createX11Capturer(): Capturer {
  const addon = loadX11Addon()
  return {
    async listDisplays() {
      const { displays } = await listDevices(addon)
      return displays.map(
        ({ id, name, x, y, width, height, primary, whole }): Device => ({
          kind: 'display',
          id,
          name: `${name}, ${width}x${height}`,
          details: { x, y, width, height, primary, whole },
        }),
      )
    },
    async listWindows() {
      const { windows } = await listDevices(addon)
      return windows.map(
        ({ id, className, title, width, height, visible }): Device => ({
          kind: 'window',
          id,
          name: title === '' ? className : title,
          details: { class: className, title, width, height, visible },
        }),
      )
    },
    start: (order, into, onReport) => startCapture(addon, order, into.address, onReport),
  }
}

/** Of the session's server. A server that hangs answers never: the thread that asks it ends with it. */
function listDevices(addon: X11Addon): Promise<X11Devices> {
  return new Promise((resolve, reject) => {
    const refuse = (problem: string) => reject(new AppError('studio.capture_unavailable', problem))
    const late = setTimeout(() => refuse(`The X server at ${process.env.DISPLAY} does not answer`), listWithinMs)
    addon.listDevices('', (devices) => {
      clearTimeout(late)
      const problem = describeProblem(devices.refusal, '', '')
      if (problem === undefined) resolve(devices)
      else refuse(problem)
    })
  })
}

function startCapture(addon: X11Addon, first: CaptureOrder, store: string, onReport: (report: CaptureReport) => void): RunningCapture {
  let order = first
  let hangs = false
  let told = ''
  const ended = Promise.withResolvers<void>()
  const capture = new addon.Capture(toX11Order(first), store, () => look())

  const look = (): void => {
    const { state, reason, detail, device, name, width, height, hidden, ended: over } = capture.report()
    if (over) {
      ended.resolve()
      return
    }
    const problem = hangs
      ? `The X server at ${order.server || process.env.DISPLAY} does not answer`
      : describeProblem(reason, detail, order.server)
    const report = {
      state: hangs ? 'waiting' : state,
      ...(problem !== undefined && { problem }),
      device,
      name,
      width,
      height,
      hidden,
    } as const
    const text = JSON.stringify(report)
    if (text === told) return
    told = text
    onReport(report)
  }
  // A thread that waits for a server cannot tell so itself.
  const watch = setInterval(() => {
    const now = capture.statistics().awaitingUs > hangsAfterUs
    if (now === hangs) return
    hangs = now
    look()
  }, lookEveryMs)
  watch.unref()

  return {
    update(next) {
      order = next
      capture.update(toX11Order(next))
    },
    statistics: () => capture.statistics(),
    async stop() {
      clearInterval(watch)
      capture.stop()
      // A thread that hangs in its first connection is left behind: it holds nothing but its own memory.
      const late = setTimeout(ended.resolve, stopWithinMs)
      await ended.promise
      clearTimeout(late)
    },
  }
}

function toX11Order({ target, cursor, server, periodUs, originUs, resting }: CaptureOrder): X11Order {
  const region = target.kind === 'region' ? target : { x: 0, y: 0, width: 0, height: 0 }
  return {
    server,
    kind: target.kind,
    device: target.device,
    match: target.kind === 'window' ? target.match : 'title',
    x: region.x,
    y: region.y,
    width: region.width,
    height: region.height,
    cursor,
    periodUs,
    originUs,
    resting,
  }
}
