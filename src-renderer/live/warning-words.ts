import type { Stream } from '../client/types.ts'
import { live as t } from '../messages/page.ts'

type Warning = Stream['warnings'][number]

/** A warning of the host in the page's language: by its code, with the numbers that its sentence starts with. */
export function warningWords({ code, message }: Warning): string {
  const [first = '', second = ''] = message.match(/\d+(?:\.\d+)?/g) ?? []
  switch (code) {
    case 'no-keyframe':
      return t.warning.noKeyframe(first)
    case 'keyframe-interval-long':
      return t.warning.keyframeIntervalLong(first, second)
    case 'frames-dropped':
      return t.warning.framesDropped(first, second)
    case 'frames-late':
      return t.warning.framesLate(first, second)
    case 'av-offset':
      return message.includes('ahead of') ? t.warning.audioAhead(first) : t.warning.audioBehind(first)
    case 'timestamps-repaired':
      return t.warning.timestampsRepaired
    case 'b-frames':
      return t.warning.bFrames(first)
    case 'no-audio':
      return t.warning.noAudio
    case 'no-video':
      return t.warning.noVideo
    case 'bitrate-low':
      return t.warning.bitrateLow(first)
    default:
      return message
  }
}
