import type { Role } from '../../routes/principal.ts'

/** A topic of the event socket. */
export interface TopicKind {
  /** Least role that receives it: never less than `state` asks for. */
  readonly role: Role
  /** Route that answers with the state that the topic reports changes of, below /api/v1. */
  readonly state: `GET /${string}`
  /** One line for docs/permissions.md. */
  readonly summary: string
}
