import { type ShownState, shownState } from '../client/format.ts'
import type { Stream } from '../client/types.ts'

const words: Readonly<Record<ShownState, string>> = {
  pending: 'Pending',
  live: 'Live',
  reconnecting: 'Reconnecting',
  ended: 'Ended',
  error: 'Error',
}

export function StateChip({ stream }: { readonly stream: Stream }) {
  const state = shownState(stream)
  return (
    <span className={`chip ${state}`} data-testid="stream-state" data-state={state}>
      {stream.onAir === 'slate' ? 'Slate' : state === 'live' && stream.onAir === 'backup' ? 'Backup' : words[state]}
    </span>
  )
}
