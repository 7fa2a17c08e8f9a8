import { formatBitrate, formatOffset, formatSeconds } from '../client/format.ts'
import type { Stream } from '../client/types.ts'
import { decimal } from '../messages/numbers.ts'
import { live as t } from '../messages/page.ts'

interface Fact {
  readonly id: string
  readonly label: string
  readonly value: string
  readonly warn?: boolean
}

/** A stream's health as labelled figures; dashes where nothing is measured yet, so that nothing moves. */
export function healthFacts(stream: Stream): readonly Fact[] {
  const health = stream.state === 'active' ? stream.health : null
  const warned = (code: string) => stream.warnings.some((warning) => warning.code === code)
  return [
    {
      id: 'bitrate',
      label: t.bitrate,
      value: formatBitrate(health && health.videoBitrateKbps + health.audioBitrateKbps),
      warn: warned('bitrate-low'),
    },
    { id: 'frame-rate', label: t.frameRate, value: health ? `${decimal(health.frameRate, 0)} fps` : '–' },
    {
      id: 'keyframe',
      label: t.keyframes,
      value: health?.keyframeIntervalMs ? t.each(formatSeconds(health.keyframeIntervalMs)) : '–',
      warn: warned('keyframe-interval-long') || warned('no-keyframe'),
    },
    {
      id: 'dropped',
      label: t.droppedLate,
      value: health ? `${health.droppedFrames} / ${health.lateFrames}` : '–',
      warn: warned('frames-dropped') || warned('frames-late'),
    },
    { id: 'offset', label: t.aVOffset, value: formatOffset(health?.avOffsetMs), warn: warned('av-offset') },
  ]
}

export function HealthFacts({ facts, tight = false }: { readonly facts: readonly Fact[]; readonly tight?: boolean }) {
  return (
    <dl className={tight ? 'facts tight' : 'facts'}>
      {facts.map((fact) => (
        <div key={fact.id}>
          <dt>{fact.label}</dt>
          <dd className={fact.warn ? 'warn' : ''} data-testid={`health-${fact.id}`}>
            {fact.value}
          </dd>
        </div>
      ))}
    </dl>
  )
}
