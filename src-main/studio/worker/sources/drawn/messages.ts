import type { SourceMemory, SourceReport } from '../../../../media/source-report.ts'
import type { SourceReach } from '../source-reach.ts'

/** What a source is when it starts to be drawn, and again after every restart of the process. */
export interface DrawnSourceStart {
  readonly id: string
  readonly kind: string
  readonly settings: unknown
  readonly reach: SourceReach
  /** `address` of each store that it writes. */
  readonly frameStore: string | undefined
  readonly audioStore: string | undefined
  readonly shown: boolean
  readonly frameRate: { readonly numerator: number; readonly denominator: number }
  readonly clockOriginUs: number
  readonly canvas: { readonly width: number; readonly height: number }
  /** What it asked to be remembered before the process was lost. */
  readonly memory: SourceMemory | undefined
}

export type ToDrawn =
  | { readonly type: 'open'; readonly source: DrawnSourceStart }
  | { readonly type: 'update'; readonly id: string; readonly settings: unknown; readonly reach: SourceReach }
  | { readonly type: 'show'; readonly id: string; readonly shown: boolean }
  | { readonly type: 'command'; readonly id: string; readonly name: string; readonly details: Readonly<Record<string, unknown>> }
  | { readonly type: 'close'; readonly id: string }
  /** Note of every drawing from now on, not only of new content: the process was lost and nobody knows by whom. */
  | { readonly type: 'careful' }

export type FromDrawn =
  | { readonly type: 'report'; readonly id: string; readonly report: SourceReport }
  | { readonly type: 'memory'; readonly id: string; readonly memory: SourceMemory }
  /** What follows may crash the process: reported before and after, so that the drawing that did it is known. */
  | { readonly type: 'drawing' | 'drawn'; readonly id: string }
