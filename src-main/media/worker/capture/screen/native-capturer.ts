import { AppError } from '../../../../platform/errors.ts'
import type { Device } from '../../../device.ts'
import { type CaptureProblems, problemOf } from './capture-problems.ts'
import type { CaptureOrder, CaptureReport, Capturer, RunningCapture } from './capturer.ts'
import type { CaptureAddon, NativeActiveWindow, NativeDevices, NativeOrder } from './native-addon.ts'

/** A system that owes an answer for longer is reported as hanging. */
const hangsAfterUs = 2_000_000
const lookEveryMs = 1000
const stopWithinMs = 1500
const listWithinMs = 3000

/** A capturer made of a system's addon. */
export function createNativeCapturer(addon: CaptureAddon, problems: CaptureProblems): Capturer {
  /** The active window is asked for again and again: each question that a hanging system does not answer keeps a thread. */
  let owesWindow = false
  return {
    async listDisplays() {
      const { displays } = await listDevices(addon, problems)
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
      const { windows } = await listDevices(addon, problems)
      return windows.map(
        ({ id, className, title, width, height, visible }): Device => ({
          kind: 'window',
          id,
          name: title === '' ? className : title,
          details: { class: className, title, width, height, visible },
        }),
      )
    },
    async activeWindow() {
      if (owesWindow) throw new AppError('studio.capture_unavailable', problems.hangs(''))
      owesWindow = true
      const { className, title } = await ask<NativeActiveWindow>(problems, (done) =>
        addon.activeWindow('', (answer) => {
          owesWindow = false
          done(answer)
        }),
      )
      return className === '' && title === '' ? undefined : { class: className, title }
    },
    start: (order, into, onReport) => startNativeCapture(addon, problems, order, into.address, onReport),
  }
}

const listDevices = (addon: CaptureAddon, problems: CaptureProblems): Promise<NativeDevices> =>
  ask<NativeDevices>(problems, (done) => addon.listDevices('', done))

/** Asks the session. A system that hangs answers never: the thread that asks it ends with it. */
function ask<T extends { readonly rejection: string }>(
  problems: CaptureProblems,
  question: (done: (answer: T) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const refuse = (problem: string) => reject(new AppError('studio.capture_unavailable', problem))
    const late = setTimeout(() => refuse(problems.hangs('')), listWithinMs)
    question((answer) => {
      clearTimeout(late)
      const problem = problemOf(problems, answer.rejection, '', '')
      if (problem === undefined) resolve(answer)
      else refuse(problem)
    })
  })
}

/** Captures by a system's addon, as `start` of `Capturer` does. */
export function startNativeCapture(
  addon: Pick<CaptureAddon, 'Capture'>,
  problems: CaptureProblems,
  first: CaptureOrder,
  store: string,
  onReport: (report: CaptureReport) => void,
): RunningCapture {
  let order = first
  let hangs = false
  let reported = ''
  const ended = Promise.withResolvers<void>()
  const capture = new addon.Capture(toNativeOrder(first), store, () => look())

  const look = (): void => {
    const { state, reason, detail, device, name, width, height, hidden, ended: over } = capture.report()
    if (over) {
      ended.resolve()
      return
    }
    const problem = hangs ? problems.hangs(order.server) : problemOf(problems, reason, detail, order.server)
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
    if (text === reported) return
    reported = text
    onReport(report)
  }
  // A thread that waits for an answer cannot tell so itself.
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
      capture.update(toNativeOrder(next))
    },
    statistics: () => capture.statistics(),
    async stop() {
      clearInterval(watch)
      capture.stop()
      // A thread that hangs and cannot be woken is left behind: it keeps only its own memory.
      const late = setTimeout(ended.resolve, stopWithinMs)
      await ended.promise
      clearTimeout(late)
    },
  }
}

function toNativeOrder({ target, cursor, server, authority = '', periodUs, originUs, resting }: CaptureOrder): NativeOrder {
  const region = target.kind === 'region' ? target : { x: 0, y: 0, width: 0, height: 0 }
  return {
    server,
    authority,
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
