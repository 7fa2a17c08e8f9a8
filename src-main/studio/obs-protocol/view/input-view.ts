import type { Source } from '../../document/collection.ts'
import type { SourceAudio } from '../../document/schemas/mixer-schemas.ts'
import { trackCount } from '../../document/schemas/mixer-schemas.ts'
import { uuidOf } from './identifiers.ts'
import { capabilitiesOf, obsSourceKind, withoutVersion } from './obs-kinds.ts'

/** How an input is named in answers and events. */
export function inputName({ id, name }: Pick<Source, 'id' | 'name'>): { inputName: string; inputUuid: string } {
  return { inputName: name, inputUuid: uuidOf('source', id) }
}

export function inputEntry(source: Source): Record<string, unknown> {
  const inputKind = obsSourceKind(source.kind)
  return {
    ...inputName(source),
    inputKind,
    unversionedInputKind: withoutVersion(inputKind),
    inputKindCaps: capabilitiesOf(source.kind),
  }
}

/** A level as a factor. */
export function mulOf(db: number): number {
  return db <= -100 ? 0 : 10 ** (db / 20)
}

export function dbOf(mul: number): number {
  return mul <= 0 ? -100 : Math.max(-100, 20 * Math.log10(mul))
}

export function volumeOf({ gainDb }: SourceAudio): { inputVolumeMul: number; inputVolumeDb: number } {
  return { inputVolumeMul: mulOf(gainDb), inputVolumeDb: gainDb }
}

/** Pan -1 to 1 as a balance from 0 to 1. */
export const balanceOf = ({ pan }: SourceAudio): number => (pan + 1) / 2

const monitoring = {
  off: 'OBS_MONITORING_TYPE_NONE',
  only: 'OBS_MONITORING_TYPE_MONITOR_ONLY',
  also: 'OBS_MONITORING_TYPE_MONITOR_AND_OUTPUT',
} as const

export const monitorTypeOf = (audio: SourceAudio): string => monitoring[audio.monitoring]

export function ownMonitoring(type: string): SourceAudio['monitoring'] | undefined {
  return (Object.keys(monitoring) as SourceAudio['monitoring'][]).find((each) => monitoring[each] === type)
}

/** Track numbers with whether the input goes there. */
export function tracksOf({ tracks }: SourceAudio): Record<string, boolean> {
  return Object.fromEntries(Array.from({ length: trackCount }, (_, index) => [String(index + 1), tracks.includes(index + 1)]))
}
