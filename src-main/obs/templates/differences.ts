import { isDeepStrictEqual } from 'node:util'
import type { ObsPlacement, ObsSettings, ObsShowAudio } from '../../media/obs-show/obs-show.ts'
import type { ObsInput, ObsTransform } from '../schemas/mirror.ts'

/** OBS keeps places as 32-bit floats. */
const tolerancePx = 0.01

const isNear = (a: number, b: number): boolean => Math.abs(a - b) <= tolerancePx

const always = ['positionX', 'positionY', 'rotation', 'alignment', 'boundsType', 'cropLeft', 'cropRight', 'cropTop', 'cropBottom'] as const
const ofBounds = ['boundsAlignment', 'boundsWidth', 'boundsHeight'] as const
const ofScale = ['scaleX', 'scaleY'] as const

/** The fields of a placement that have an effect, and differ from what is there. `now` undefined: all that have an effect. */
export function placementChanges(wanted: ObsPlacement, now: ObsTransform | undefined): Partial<ObsPlacement> {
  const fields = [...always, ...(wanted.boundsType === 'OBS_BOUNDS_NONE' ? ofScale : ofBounds)]
  const changed = fields.filter((field) => {
    const [one, other] = [wanted[field], now?.[field]]
    if (field === 'scaleX' || field === 'scaleY')
      return Math.abs((one as number) - ((other as number | undefined) ?? Number.NaN)) > 1e-4 || other === undefined
    return typeof one === 'number' && typeof other === 'number' ? !isNear(one, other) : one !== other
  })
  return Object.fromEntries(changed.map((field) => [field, wanted[field]]))
}

/** The settings that are there otherwise, or not at all. What else is set stays. */
export function settingsChanges(wanted: ObsSettings, now: ObsSettings): Record<string, unknown> {
  return Object.fromEntries(Object.entries(wanted).filter(([key, value]) => !isSame(value, now[key])))
}

/** OBS gives numbers back as it keeps them: 0.1 comes as 0.10000000149. */
function isSame(a: unknown, b: unknown): boolean {
  if (typeof a === 'number' && typeof b === 'number') return Math.abs(a - b) <= Math.max(1e-6, Math.abs(a) * 1e-6)
  return isDeepStrictEqual(a, b)
}

type AudioField = keyof ObsShowAudio

/** Fields of an input's audio that are otherwise. */
export function audioChanges(wanted: ObsShowAudio, now: NonNullable<ObsInput['audio']>): AudioField[] {
  const differs: Record<AudioField, boolean> = {
    volume: Math.abs(wanted.volume - now.volume) > 1e-3,
    muted: wanted.muted !== now.muted,
    balance: Math.abs(wanted.balance - now.balance) > 1e-3,
    syncOffsetMs: wanted.syncOffsetMs !== now.syncOffsetMs,
    monitoring: wanted.monitoring !== now.monitoring,
    tracks: wanted.tracks.toSorted().join() !== now.tracks.toSorted().join(),
  }
  return (Object.keys(differs) as AudioField[]).filter((field) => differs[field])
}
