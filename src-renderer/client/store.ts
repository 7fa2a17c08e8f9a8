import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { HostHealth } from '../../src-main/platform/events/topics/host.ts'
import { randomId } from './api.ts'
import type { AuditLine, HealthSample, HostInfo, Me, PublishUrls, Settings, Stream, StreamKey, ViewerSession } from './types.ts'

export interface ClientState {
  readonly phase: 'loading' | 'ready' | 'signed-out' | 'unreachable'
  readonly connection: 'connecting' | 'live' | 'reconnecting'
  readonly me: Me | null
  /** Why the sign-in link that this page was opened by signed nobody in; empty where it did, or there was no link. */
  readonly linkProblem: string
  readonly host: HostInfo | null
  readonly hostHealth: HostHealth | null
  readonly publish: PublishUrls | null
  readonly settings: Settings | null
  readonly streams: Readonly<Record<string, Stream>>
  readonly keys: Readonly<Record<string, StreamKey>>
  /** Samples of the last five minutes by stream id, oldest first. */
  readonly history: Readonly<Record<string, readonly HealthSample[]>>
  /** Viewer sessions by stream id, then by session id. */
  readonly sessions: Readonly<Record<string, Readonly<Record<string, ViewerSession>>>>
  /** Starts the session of players that are no viewers. */
  readonly previewPrefix: string
  /** Audit lines that arrived since the page opened, newest first. */
  readonly audit: readonly AuditLine[]
}

export const initialState: ClientState = {
  phase: 'loading',
  connection: 'connecting',
  me: null,
  linkProblem: '',
  host: null,
  hostHealth: null,
  publish: null,
  settings: null,
  streams: {},
  keys: {},
  history: {},
  sessions: {},
  previewPrefix: 'preview-',
  audit: [],
}

/** The one store of the page. `follow-host` writes to it: what the host answers, and what `apply-event` makes of its events. */
export const clientStore = createStore<ClientState>(() => initialState)

/** Reads from the store inside a component; the component is drawn again only when the selected value changes. */
export function useClient<T>(select: (state: ClientState) => T): T {
  return useStore(clientStore, select)
}

/** A session for a player of this page. */
export function previewSession(): string {
  return `${clientStore.getState().previewPrefix}${randomId().slice(0, 16)}`
}
