import { type ShownState, shownState } from '../client/format.ts'
import type { Stream } from '../client/types.ts'
import { components as t } from '../messages/page.ts'

const words = (): Readonly<Record<ShownState, string>> => ({
  pending: t.pending,
  live: t.live,
  reconnecting: t.reconnecting,
  ended: t.ended,
  error: t.error,
})

export function StateChip({ stream }: { readonly stream: Stream }) {
  const state = shownState(stream)
  return (
    <span className={`chip ${state}`} data-testid="stream-state" data-state={state}>
      {stream.onAir === 'slate' ? t.slate : state === 'live' && stream.onAir === 'backup' ? t.backup : words()[state]}
    </span>
  )
}
