import { decimal } from '../messages/numbers.ts'
import { health as t } from '../messages/page.ts'
import type { Finding } from './finding-store.ts'

/** What is wrong, in a few words. */
export function titleOf({ code, about, params }: Finding): string {
  const name = about?.name ?? ''
  const { titles } = t
  switch (code) {
    case 'encoder.behind':
      return titles.encoderBehind(name)
    case 'render.overload':
      return titles.renderOverload
    case 'browser.costly':
      return titles.browserCostly(name, percentOf(params.percent))
    case 'source.no_signal':
      return titles.sourceNoSignal(name)
    case 'microphone.silent':
      return titles.microphoneSilent(name)
    case 'audio.clipping':
      return titles.audioClipping(name)
    case 'audio.drift_corrected':
      return titles.driftCorrected(name, decimal(Math.abs(Number(params.ppm)), 0))
    case 'audio.device_unreliable':
      return titles.deviceUnreliable(name)
    case 'upload.too_small':
      return titles.uploadTooSmall(name)
    case 'destination.too_slow':
      return titles.destinationTooSlow(name)
    case 'output.failed':
      return titles.outputFailed(name)
    case 'destination.failed':
      return titles.destinationFailed(name)
    case 'stream.keyframes':
      return titles.keyframesFarApart(name)
    case 'publisher.unstable':
      return titles.publisherUnstable(name)
    case 'disk.full_soon':
      return Number(params.minutes) >= 0 ? titles.diskMinutes(decimal(Number(params.minutes), 0)) : titles.diskLittle
    case 'machine.overloaded':
      return titles.overloaded
    case 'machine.throttled':
      return titles.throttled
    case 'machine.memory_low':
      return titles.memoryLow
    case 'host.problem':
      return titles.hostProblem
    case 'process.restarted':
      return titles.processRestarted(name)
    case 'clock.stepped':
      return titles.clockStepped
    default:
      return titles.other(code)
  }
}

/** 40 %, from 40. */
export function percentOf(percent: unknown): string {
  return `${decimal(Number(percent), 0)} %`
}
