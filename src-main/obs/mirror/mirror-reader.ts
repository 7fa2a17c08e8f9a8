import type { BatchResult, ObsConnection } from '../connection/obs-connection.ts'
import type { Said } from '../connection/said.ts'

/** What the mirror reads through. */
export type MirrorReader = Pick<ObsConnection, 'batch'>

/** What a request was answered; null where it failed. */
export const saidOf = ({ ok, answer }: BatchResult): Said | null => (ok ? (answer ?? {}) : null)
