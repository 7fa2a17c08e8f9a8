import { player as t } from '../messages/player.ts'
import type { WatchState } from '../player/watch-session.ts'

export interface Notice {
  readonly title: string
  readonly text: string
  /** The word on the chip below the video. */
  readonly chip: string
}

/** What the page says in this state. */
export function noticeOf(state: WatchState): Notice {
  return t.states[state]
}
