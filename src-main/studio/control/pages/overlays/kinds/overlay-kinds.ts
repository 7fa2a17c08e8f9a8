import { alert } from './alert.ts'
import { chat } from './chat.ts'
import { goal, number, viewers } from './counts.ts'
import { lowerThird } from './lower-third.ts'
import type { AnyOverlayKind } from './overlay-kind.ts'
import { chart, table } from './tables.ts'

/** The kinds of overlays that there are, in the order in which they are offered. */
export const overlayKinds: readonly AnyOverlayKind[] = [lowerThird, alert, chat, viewers, goal, number, table, chart]

const byName = new Map(overlayKinds.map((each) => [each.kind, each]))

export const findOverlayKind = (kind: string): AnyOverlayKind | undefined => byName.get(kind)
