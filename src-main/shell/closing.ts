import { type HostState, isOnAir } from './follow/host-state.ts'
import type { Messages } from './messages.ts'
import { stateLine } from './tray/tray-view.ts'

/** What a person may answer who closes the main window. `keep`: what is on air goes on without it. `end`: everything ends. */
export type ClosingAnswer = 'keep' | 'end' | 'stay'

export interface ClosingQuestion {
  readonly title: string
  readonly text: string
  /** The last one is what no answer means. */
  readonly answers: readonly { readonly label: string; readonly answer: ClosingAnswer }[]
}

/**
 * What a person is asked who closes the main window; undefined where nothing is on air: it closes.
 * @param owns the host ends with the program
 */
export function closingQuestion(state: HostState | undefined, owns: boolean, t: Messages): ClosingQuestion | undefined {
  if (state === undefined || !isOnAir(state)) return undefined
  return {
    title: t.closeLive,
    text: stateLine(state, t),
    answers: [
      { label: t.keepLive, answer: 'keep' },
      ...(owns ? [{ label: t.quitLive, answer: 'end' } as const] : []),
      { label: t.stay, answer: 'stay' },
    ],
  }
}
