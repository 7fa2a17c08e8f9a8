import type { SourceMemory } from '../../../../../media/source-report.ts'
import type { SlideshowSettings } from '../../../../document/kinds/drawn.ts'
import { fingerprint } from '../../fingerprint.ts'

/** Position of a slideshow. */
export interface SlidePlace {
  readonly slide: string
  /** From 1, in the round of this seed. */
  readonly position: number
  readonly seed: number
  /** When the slide was first shown, ms since 1970. */
  readonly sinceMs: number
  /** The next one comes by itself. */
  readonly runs: boolean
  readonly paused: boolean
  readonly ended: boolean
  readonly shown: boolean
}

/** What is remembered of a slideshow. */
export function writePlace(settings: SlideshowSettings, place: SlidePlace): SourceMemory {
  return { ...place, of: slidesOf(settings) }
}

/** Undefined where it is none of ours, or of other slides, or where it starts again because it is seen again. */
export function readPlace(settings: SlideshowSettings, memory: SourceMemory | undefined, shown: boolean): SlidePlace | undefined {
  if (memory === undefined || memory.of !== slidesOf(settings)) return undefined
  const { slide, position, seed, sinceMs, runs, paused, ended } = memory
  if (settings.whenHidden === 'restart' && shown && memory.shown !== true) return undefined
  if (typeof slide !== 'string' || typeof position !== 'number' || typeof seed !== 'number' || typeof sinceMs !== 'number') return undefined
  return { slide, position, seed, sinceMs, runs: runs === true, paused: paused === true, ended: ended === true, shown }
}

function slidesOf({ files, folder, order }: SlideshowSettings): string {
  return fingerprint([files, folder, order])
}
