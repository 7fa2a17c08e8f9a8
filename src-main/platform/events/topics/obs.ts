import type { TopicKind } from './topic-kind.ts'

/** Topics of OBS Studio instances that are controlled from here. */
export const obsTopics = {
  'obs.created': { role: 'viewer', state: 'GET /obs', summary: 'An OBS was added' },
  'obs.event': { role: 'editor', state: 'GET /obs/:id/mirror', summary: 'An event of OBS as it came: `event` and `data` in its own words' },
  'obs.following': {
    role: 'viewer',
    state: 'GET /obs/:id/following',
    summary: 'A filter of OBS follows the light or the level, no longer does, or chose other settings',
  },
  'obs.levels': { role: 'viewer', state: 'GET /obs/:id/mirror', summary: 'Audio levels of OBS; sent to clients that name the topic' },
  'obs.mirror': { role: 'viewer', state: 'GET /obs/:id/mirror', summary: 'Something changed in an OBS: what is to be put over its mirror' },
  'obs.removed': { role: 'viewer', state: 'GET /obs', summary: 'An OBS was removed' },
  'obs.scan': { role: 'admin', state: 'GET /obs/scan', summary: 'The search for OBS in a network: how far it is, what it found' },
  'obs.statistics': {
    role: 'viewer',
    state: 'GET /obs/:id/statistics',
    summary: 'Processor, memory and frame rate of OBS, every 2 s; sent to clients that name the topic',
  },
  'obs.stream-status': {
    role: 'viewer',
    state: 'GET /obs/:id/stream',
    summary: 'Bitrate, uptime and dropped frames of the stream that OBS sends, every 2 s while it streams',
  },
  'obs.templates': {
    role: 'viewer',
    state: 'GET /obs/:id/template/applications',
    summary: 'A template was applied to an OBS, or undone: all that can be undone',
  },
  'obs.updated': { role: 'viewer', state: 'GET /obs', summary: 'An OBS was changed, or its connection, or which outputs run' },
} as const satisfies Record<string, TopicKind>
