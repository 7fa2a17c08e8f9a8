import { useNow } from '../client/clock.ts'
import { formatAgo, formatDuration, onAirMs } from '../client/format.ts'
import type { Stream } from '../client/types.ts'
import { locale } from '../messages/language.ts'
import { components as t } from '../messages/page.ts'

/** How long a stream has been on air, ticking. */
export function OnAir({ stream }: { readonly stream: Stream }) {
  const ms = onAirMs(stream, useNow())
  return <span data-testid="stream-duration">{ms === null ? '–' : formatDuration(ms)}</span>
}

/** 3 min ago, with the exact moment as a title. */
export function Ago({ iso }: { readonly iso: string | null }) {
  const now = useNow()
  if (iso === null) return <span className="quiet">{t.never}</span>
  return (
    <time dateTime={iso} title={new Date(iso).toLocaleString(locale)}>
      {formatAgo(iso, now)}
    </time>
  )
}
