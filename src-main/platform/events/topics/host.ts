import type { TopicKind } from './topic-kind.ts'

/** How the process itself does: the data of the event `host.health`. */
export interface HostHealth {
  /** Share of one core over the last interval, 0 to 1 and above. */
  readonly cpu: number
  readonly rssBytes: number
  readonly heapUsedBytes: number
  /** Delay of the event loop over the last interval in ms. */
  readonly eventLoopDelayMs: { readonly p50: number; readonly p99: number; readonly max: number }
}

/** Topics of the host itself. */
export const hostTopics = {
  'audit': { role: 'viewer', state: 'GET /audit', summary: 'A line was added to the audit log' },
  'browser-session.created': { role: 'admin', state: 'GET /sessions', summary: 'A browser signed in' },
  'browser-session.ended': { role: 'admin', state: 'GET /sessions', summary: 'A browser signed out, or was signed out' },
  'shell.changed': { role: 'admin', state: 'GET /shell', summary: 'Displays or windows of the desktop changed' },
  'shell.show': { role: 'admin', state: 'GET /shell', summary: 'The main window of the desktop is to show a page' },
  'editor-reach.updated': { role: 'editor', state: 'GET /editor-reach', summary: 'What editors may name changed' },
  'health.findings': { role: 'viewer', state: 'GET /health/findings', summary: 'What is wrong, or its figures, changed' },
  'health.log': { role: 'admin', state: 'GET /health/log', summary: 'A line was added to the log; sent to clients that name the topic' },
  'health.mark': { role: 'viewer', state: 'GET /health/figures', summary: 'A scene went on air, an output failed, the machine was busy' },
  'health.sample': { role: 'viewer', state: 'GET /health/figures', summary: 'Figures of the machine and the streams, every 5 s' },
  'host.health': { role: 'viewer', state: 'GET /host', summary: 'Processor, memory and event loop delay, every 2 s' },
  'settings.updated': { role: 'viewer', state: 'GET /settings', summary: 'Settings changed' },
  'token.created': { role: 'admin', state: 'GET /tokens', summary: 'A token was created' },
  'token.revoked': { role: 'admin', state: 'GET /tokens', summary: 'A token was revoked' },
} as const satisfies Record<string, TopicKind>
