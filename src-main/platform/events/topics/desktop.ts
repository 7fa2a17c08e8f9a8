import type { TopicKind } from './topic-kind.ts'

/** Topics of the remote desktop. */
export const desktopTopics = {
  'desktop.consent.asked': { role: 'admin', state: 'GET /desktop/consents', summary: 'Somebody waits to be allowed to open a display' },
  'desktop.consent.ended': { role: 'admin', state: 'GET /desktop/consents', summary: 'Somebody was allowed to open a display, or not' },
  'desktop.recording.progress': {
    role: 'admin',
    state: 'GET /desktop/recordings',
    summary: 'How long and how large a recording of a display has become, each second',
  },
  'desktop.recording.removed': {
    role: 'admin',
    state: 'GET /desktop/recordings',
    summary: 'A recording of a display was deleted for good',
  },
  'desktop.recording.state': {
    role: 'admin',
    state: 'GET /desktop/displays/:id/recording',
    summary: 'A display is recorded, or not any more, or its rule was changed',
  },
  'desktop.recording.updated': {
    role: 'admin',
    state: 'GET /desktop/recordings',
    summary: 'A recording of a display was added or changed',
  },
  'desktop.removed': { role: 'admin', state: 'GET /desktop/displays', summary: 'A display was removed' },
  'desktop.updated': { role: 'admin', state: 'GET /desktop/displays', summary: 'A display was created or changed, or who looks at it' },
} as const satisfies Record<string, TopicKind>
