import { alerts } from './alerts.ts'
import { chart } from './chart.ts'
import { chat } from './chat.ts'
import { goal, number, viewers } from './counts.ts'
import type { DrawnKind } from './drawing.ts'
import { lowerThird } from './lower-third.ts'
import { table } from './table.ts'

/** How each kind of overlay is drawn. */
export const drawnKinds: Readonly<Record<string, DrawnKind>> = {
  'lower-third': lowerThird,
  'alert': alerts,
  chat,
  viewers,
  goal,
  number,
  table,
  chart,
}
