import type { TopicKind } from './topic-kind.ts'

/** Topics of the remote desktop. */
export const desktopTopics = {
  'desktop.consent.asked': { role: 'admin', state: 'GET /desktop/consents', summary: 'Somebody waits to be allowed to open a display' },
  'desktop.consent.ended': { role: 'admin', state: 'GET /desktop/consents', summary: 'Somebody was allowed to open a display, or not' },
  'desktop.removed': { role: 'admin', state: 'GET /desktop/displays', summary: 'A display was removed' },
  'desktop.updated': { role: 'admin', state: 'GET /desktop/displays', summary: 'A display was created or changed, or who looks at it' },
} as const satisfies Record<string, TopicKind>
