import { type AudioSystem, audioRate } from '../../../../media/worker/capture/audio/audio-capturer.ts'
import { openSystemAudio } from '../../../../media/worker/capture/audio/system-audio.ts'
import type { CaptureOrder, Capturer, RunningCapture } from '../../../../media/worker/capture/screen/capturer.ts'
import { createWaylandCapturer } from '../../../../media/worker/capture/screen/linux-wayland/wayland-capturer.ts'
import { createSystemCapturer } from '../../../../media/worker/capture/screen/system-capturer.ts'
import { AppError } from '../../../../platform/errors.ts'
import { untilBuilt } from '../../../../platform/native-preparation.ts'
import type { DesktopDisplaySettings } from '../../../document/kinds/capture.ts'
import type { StartSource } from '../running-source.ts'
import { clockOf, toSourceReport } from './capture-source.ts'

/** A display of the remote desktop: captured while it runs, shown again when it was started again. */
export const startDesktopDisplay: StartSource<DesktopDisplaySettings> = (first, context) => {
  const xCapturer = createSystemCapturer()
  const frameStore = context.stores.createFrameStore()
  let settings = first
  let { display } = context.reach
  let resting = false
  let capture: RunningCapture | undefined
  /** What it speaks to. */
  let captured: 'x11' | 'wayland' = 'x11'
  /** The capture before this one is over: the store is written by one at a time. */
  let over = Promise.resolve()
  let stopped: Promise<void> | undefined
  const audioStore = context.stores.createAudioStore(audioRate)
  let audio: { readonly server: string; readonly system: AudioSystem } | undefined

  /** Captures its audio while it is wanted and there; a PipeWire that ended is connected to again by itself. */
  const followAudio = (): void => {
    const server = settings.audio && stopped === undefined && display?.state === 'running' ? display.audio : undefined
    if (server === audio?.server) return
    audio?.system.close()
    audio = undefined
    if (server === undefined) return
    const system = openOrWait(server)
    if (system === undefined) return
    audio = { server, system }
    // How it is going is on the card of the desktop; the video's state is the source's.
    system.capture({ kind: 'speaker', device: 'default', passive: true }, audioStore, ({ problem }) => {
      if (problem !== undefined) context.log.debug({ problem }, 'the audio of a desktop waits')
    })
  }

  /** The video is of use without audio. */
  const openOrWait = (server: string): AudioSystem | undefined => {
    try {
      return openSystemAudio(server)
    } catch (error) {
      context.log.warn({ err: error }, 'the audio of a desktop cannot be captured')
      const isWanted = (): boolean => stopped === undefined && context.isWanted()
      const addon = error instanceof AppError && error.code === 'studio.preparing' ? error.details?.addon : undefined
      if (typeof addon === 'string') void untilBuilt(addon, isWanted).then(followAudio)
      return undefined
    }
  }

  const orderNow = (): CaptureOrder | undefined =>
    display?.state === 'running'
      ? {
          // All of it, however its monitors are arranged.
          target: { kind: 'display', device: 'screen:0' },
          cursor: settings.cursor,
          server: display.server,
          authority: display.authority,
          ...clockOf(context),
          resting,
        }
      : undefined
  const protocolNow = (): 'x11' | 'wayland' => (display?.state === 'running' ? display.protocol : undefined) ?? 'x11'
  const problemNow = (): string => {
    if (settings.device === '') return 'No desktop is chosen yet'
    return display === undefined
      ? 'There is no such desktop any more: choose another one'
      : `The desktop "${display.name}" is stopped: it is shown again when somebody opens it`
  }
  const end = (): void => {
    if (capture !== undefined) over = capture.stop()
    capture = undefined
  }
  const waylandOrReport = (): Pick<Capturer, 'start'> | undefined => {
    try {
      return createWaylandCapturer()
    } catch (error) {
      const isWanted = (): boolean => stopped === undefined && context.isWanted()
      const addon = error instanceof AppError && error.code === 'studio.preparing' ? error.details?.addon : undefined
      context.report({
        state: typeof addon === 'string' ? 'waiting' : 'failed',
        problem: error instanceof Error ? error.message : String(error),
      })
      if (typeof addon === 'string') void untilBuilt(addon, isWanted).then(follow)
      return undefined
    }
  }
  const start = (): void => {
    const order = orderNow()
    if (order === undefined || capture !== undefined || stopped !== undefined) return
    captured = protocolNow()
    const capturer = captured === 'x11' ? xCapturer : waylandOrReport()
    const started = capturer?.start(order, frameStore, (report) => {
      // What one that was ended says is of no use.
      if (capture === started) context.report(toSourceReport(report))
    })
    capture = started
  }
  const follow = (): void => {
    followAudio()
    const order = orderNow()
    if (order === undefined) {
      end()
      context.report({ state: 'waiting', problem: problemNow() })
      return
    }
    if (captured !== protocolNow()) end()
    if (capture === undefined) void over.then(start)
    else capture.update(order)
  }
  follow()
  return {
    frameStore,
    audioStore,
    update(next, reach) {
      settings = next as DesktopDisplaySettings
      display = reach.display
      follow()
    },
    show(shown) {
      if (resting === !shown) return
      resting = !shown
      follow()
    },
    stop() {
      end()
      if (stopped === undefined) {
        stopped = over.then(() => frameStore.close())
        followAudio()
        audioStore.close()
      }
      return stopped
    },
  }
}
