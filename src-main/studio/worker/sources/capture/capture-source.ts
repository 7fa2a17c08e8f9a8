import type { SourceReport } from '../../../../media/source-report.ts'
import type { CaptureOrder, CaptureReport, CaptureTarget } from '../../../../media/worker/capture/screen/capturer.ts'
import { createSystemCapturer } from '../../../../media/worker/capture/screen/system-capturer.ts'
import type { DisplaySettings, RegionSettings, WindowSettings } from '../../../document/kinds/capture.ts'
import type { RunningSource, SourceContext, StartSource } from '../running-source.ts'

interface CommonSettings {
  readonly cursor: boolean
  readonly server: string
}

export const startDisplay: StartSource<DisplaySettings> = (settings, context) =>
  startCapture(settings, context, ({ device }) => ({ kind: 'display', device }))

export const startWindow: StartSource<WindowSettings> = (settings, context) =>
  startCapture(settings, context, ({ device, match }) => ({ kind: 'window', device, match }))

export const startRegion: StartSource<RegionSettings> = (settings, context) =>
  startCapture(settings, context, ({ device, x, y, width, height }) => ({ kind: 'region', device, x, y, width, height }))

function startCapture<Settings extends CommonSettings>(
  first: Settings,
  context: SourceContext,
  targetOf: (settings: Settings) => CaptureTarget,
): RunningSource {
  const capturer = createSystemCapturer()
  const orderOf = (settings: Settings, resting: boolean): CaptureOrder => ({
    target: targetOf(settings),
    cursor: settings.cursor,
    server: settings.server,
    ...clockOf(context),
    resting,
  })
  const frameStore = context.stores.createFrameStore()
  let settings = first
  let resting = false
  let stopped: Promise<void> | undefined
  const capture = capturer.start(orderOf(settings, resting), frameStore, (report) => context.report(toSourceReport(report)))
  return {
    frameStore,
    update(next) {
      settings = next as Settings
      capture.update(orderOf(settings, resting))
    },
    show(shown) {
      if (resting === !shown) return
      resting = !shown
      capture.update(orderOf(settings, resting))
    },
    stop() {
      stopped ??= capture.stop().then(() => frameStore.close())
      return stopped
    },
  }
}

/** When frames of the program are due. */
export function clockOf({ frameRate, clockOriginUs }: SourceContext): Pick<CaptureOrder, 'periodUs' | 'originUs'> {
  return { periodUs: (1e6 * frameRate.denominator) / frameRate.numerator, originUs: clockOriginUs }
}

/** What a capture reports, as sources do. */
export function toSourceReport({ state, problem, device, name, width, height, hidden }: CaptureReport): SourceReport {
  const details = device === '' ? undefined : { device, name, width, height, hidden }
  return { state, ...(problem !== undefined && { problem }), ...(details && { details }) }
}
