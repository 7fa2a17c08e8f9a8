export type AuditKind = 'connect' | 'publish' | 'quality' | 'disconnect' | 'state' | 'error' | 'command' | 'sign-in'

/** One line of the audit log: who did what to which stream. Never contains a secret. */
export interface AuditEntry {
  readonly kind: AuditKind
  readonly message: string
  readonly streamId?: string
  readonly streamName?: string
  /** Connection, viewer session or request: joins lines that belong together. */
  readonly sessionId?: string
  readonly remoteAddress?: string
  /** Principal id. */
  readonly actor?: string
  /** Error code of the catalogue, where the entry reports a failure. */
  readonly code?: string
  readonly data?: Readonly<Record<string, unknown>>
}

export interface AuditLog {
  /** Writes one structured log line, keeps the entry, and announces it as event `audit`. Never throws, never blocks. */
  record(entry: AuditEntry): void
}
