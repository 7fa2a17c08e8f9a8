import type { TopicKind } from './topic-kind.ts'

/** Topics of the studio. */
export const studioTopics = {
  'studio.changed': { role: 'viewer', state: 'GET /studio/collection', summary: 'The open collection was edited' },
  'studio.closed': { role: 'viewer', state: 'GET /studio', summary: 'The studio was closed' },
  'studio.collection_changed': { role: 'viewer', state: 'GET /studio', summary: 'Another program changed the file of the open collection' },
  'studio.collection_file': { role: 'viewer', state: 'GET /studio', summary: 'The open collection was saved, or could not be' },
  'studio.docks': { role: 'editor', state: 'GET /studio/docks', summary: 'A dock of the studio page was added, changed or removed' },
  'studio.drift': {
    role: 'viewer',
    state: 'GET /studio/statistics',
    summary: 'Drift of audio clocks; sent to clients that name the topic',
  },
  'studio.file.removed': { role: 'viewer', state: 'GET /studio/files', summary: 'A file that the studio wrote was deleted' },
  'studio.file.updated': { role: 'viewer', state: 'GET /studio/files', summary: 'A file that the studio writes was created or changed' },
  'studio.filter': { role: 'viewer', state: 'GET /studio', summary: 'A filter failed or works again' },
  'studio.macro': { role: 'viewer', state: 'GET /studio/macro-runs', summary: 'A macro started, went on or ended' },
  'studio.meters': { role: 'viewer', state: 'GET /studio/statistics', summary: 'Audio levels; sent to clients that name the topic' },
  'studio.monitor': { role: 'viewer', state: 'GET /studio', summary: 'State of audio monitoring' },
  'studio.opened': { role: 'viewer', state: 'GET /studio', summary: 'A collection was opened' },
  'studio.output.bitrate': { role: 'viewer', state: 'GET /studio/outputs', summary: 'The automatic bitrate of an output changed' },
  'studio.output.removed': { role: 'viewer', state: 'GET /studio/outputs', summary: 'An output was deleted' },
  'studio.output.statistics': { role: 'viewer', state: 'GET /studio/outputs', summary: 'Figures of the outputs, every second' },
  'studio.output.updated': { role: 'viewer', state: 'GET /studio/outputs', summary: 'An output was created or changed, or its state' },
  'studio.overlay.contents': {
    role: 'viewer',
    state: 'GET /studio/overlays',
    summary: 'What an overlay shows, and how its data is; up to four times a second',
  },
  'studio.overlay.removed': { role: 'viewer', state: 'GET /studio/overlays', summary: 'An overlay was deleted' },
  'studio.overlay.updated': { role: 'viewer', state: 'GET /studio/overlays', summary: 'An overlay was created or changed' },
  'studio.program': { role: 'viewer', state: 'GET /studio/program', summary: 'What is in preview and in program changed' },
  'studio.replay.saved': { role: 'viewer', state: 'GET /studio/files', summary: 'A replay was saved' },
  'studio.source': { role: 'viewer', state: 'GET /studio/sources', summary: 'State and position of a source' },
  'studio.state': { role: 'viewer', state: 'GET /studio', summary: 'State of the studio process' },
  'studio.statistics': { role: 'viewer', state: 'GET /studio/statistics', summary: 'Figures of the studio process, every second' },
  'studio.switched': { role: 'viewer', state: 'GET /studio/program', summary: 'The frame at which a canvas switched to a scene' },
} as const satisfies Record<string, TopicKind>
