import { formatUserAgent } from '../client/format.ts'
import type { ViewerSession } from '../client/types.ts'
import type { Column } from '../components/entity-table.tsx'
import { live as t } from '../messages/page.ts'

/** What every table of viewers starts with: who watches, from where, and how. */
export const viewerColumns = (): readonly Column<ViewerSession>[] => [
  { title: t.player, cell: ({ userAgent }) => <span title={userAgent}>{formatUserAgent(userAgent)}</span> },
  { title: t.from, cell: ({ remoteAddress }) => remoteAddress },
  { title: t.protocol, cell: ({ protocol }) => protocol.toUpperCase() },
]
