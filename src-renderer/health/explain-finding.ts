import { formatBitrate, formatBytes, formatSeconds } from '../client/format.ts'
import { inLanguage } from '../client/host-error.ts'
import { t as described } from '../messages/described.ts'
import { decimal } from '../messages/numbers.ts'
import type { Finding } from './finding-store.ts'
import { t } from './messages.ts'
import { percentOf } from './titles.ts'

/** Why it is, and what to do about it, in sentences. */
interface Explained {
  readonly cause: string
  readonly remedy: string
}

/** A finding in words. */
export function explainFinding(finding: Finding): Explained {
  const { code, params, about } = finding
  const { causes, remedies } = t
  const text = (name: string): string => String(params[name] ?? '')
  const number = (name: string): number => Number(params[name] ?? 0)
  const count = (name: string): string => decimal(number(name), 1, 0)
  const bitrate = (name: string): string => formatBitrate(number(name))
  const name = about?.name ?? ''
  switch (code) {
    case 'encoder.behind':
      return {
        cause:
          number('skipped') > 0
            ? causes.encoderBehind(text('encoder'), text('preset'), text('size'), count('skipped'))
            : causes.encoderLate(text('encoder'), text('preset'), text('size'), formatSeconds(number('lagMs'))),
        remedy: text('faster') === '' ? remedies.encoderHeight(text('height')) : remedies.encoderPreset(text('faster')),
      }
    case 'render.overload':
      // What is drawn in a part of its time is late because the studio was not run, whatever the show has.
      if (number('renderMs') < number('frameMs') / 2)
        return {
          cause: causes.renderNotRun(`${count('renderMs')} ms`, `${count('frameMs')} ms`, count('lost')),
          remedy: remedies.renderNotRun,
        }
      return {
        cause: causes.renderOverload(`${count('renderMs')} ms`, `${count('frameMs')} ms`, count('lost')),
        remedy: join(
          remedies.renderOverload,
          text('source') === '' ? '' : remedies.renderSource(text('source'), percentOf(params.percent)),
        ),
      }
    case 'browser.costly':
      return { cause: causes.browserCostly(percentOf(params.percent)), remedy: remedies.browserCostly }
    case 'source.no_signal':
      return {
        cause: text('problem') === '' ? causes.sourceStarting : causes.sourceNoSignal(described.problem(text('problem'))),
        remedy: remedies.sourceNoSignal,
      }
    case 'microphone.silent':
      return { cause: causes.microphoneSilent(count('peakDb')), remedy: remedies.microphoneSilent }
    case 'audio.clipping':
      return {
        cause: join(causes.audioClipping(count('overDb')), text('source') === '' ? '' : causes.loudest(text('source'))),
        remedy: text('source') === '' ? remedies.audioLimiter : remedies.audioClipping(text('source'), count('gainDb')),
      }
    case 'audio.drift_corrected':
      return { cause: causes.driftCorrected(count('msAnHour')), remedy: remedies.nothing }
    case 'audio.device_unreliable':
      return {
        cause: number('missingMs') > 0 ? causes.deviceUnreliable(count('missingMs')) : causes.deviceDrift(count('ppm')),
        remedy: remedies.deviceUnreliable,
      }
    case 'upload.too_small':
      return {
        cause:
          number('follows') === 1
            ? causes.uploadFollows(bitrate('wanted'), bitrate('carried'))
            : causes.uploadTooSmall(bitrate('wanted'), bitrate('carried'), count('dropped')),
        remedy: number('advised') < number('wanted') ? remedies.bitrate(bitrate('advised')) : remedies.cable,
      }
    case 'destination.too_slow':
      return {
        cause: causes.destinationTooSlow(text('stream'), bitrate('carried'), count('dropped')),
        remedy: remedies.destinationTooSlow(bitrate('advised')),
      }
    case 'output.failed':
    case 'destination.failed':
    case 'host.problem': {
      const error = inLanguage({ code: text('error'), message: text('message'), remedy: text('remedy') })
      return { cause: causes.error(error.message), remedy: number('again') === 1 ? remedies.again(error.remedy) : error.remedy }
    }
    case 'stream.keyframes':
      return { cause: causes.keyframesFarApart(count('seconds'), count('behind')), remedy: remedies.keyframes }
    case 'publisher.unstable':
      return {
        cause: number('away') === 1 ? causes.publisherAway : causes.publisherLate(count('late')),
        remedy: remedies.publisher,
      }
    case 'disk.full_soon': {
      const free = formatBytes(number('freeMb') * 1e6)
      const perMinute = formatBytes(number('mbAMinute') * 1e6)
      return { cause: number('minutes') >= 0 ? causes.disk(name, free, perMinute) : causes.diskLittle(name, free), remedy: remedies.disk }
    }
    case 'machine.overloaded':
      return {
        cause: join(
          causes.overloaded(percentOf(params.percent), percentOf(params.ours), percentOf(params.others)),
          text('process') === '' ? '' : causes.dearest(text('process'), percentOf(params.processPercent)),
        ),
        remedy: remedies.overloaded,
      }
    case 'machine.throttled':
      return {
        cause: number('temperature') > 0 ? causes.throttledAt(count('times'), count('temperature')) : causes.throttled(count('times')),
        remedy: remedies.throttled,
      }
    case 'machine.memory_low':
      return {
        cause: causes.memoryLow(
          formatBytes(number('freeMb') * 1e6),
          percentOf(params.percent),
          text('process'),
          formatBytes(number('processMb') * 1e6),
        ),
        remedy: remedies.memory,
      }
    case 'process.restarted':
      return {
        cause: join(causes.processRestarted, text('source') === '' ? '' : causes.processOf(text('source'))),
        remedy: remedies.processRestarted,
      }
    case 'clock.stepped':
      return { cause: causes.clockStepped(count('seconds')), remedy: remedies.clockStepped }
    default:
      return { cause: causes.other, remedy: remedies.other }
  }
}

const join = (...sentences: readonly string[]): string => sentences.filter((each) => each !== '').join(' ')
