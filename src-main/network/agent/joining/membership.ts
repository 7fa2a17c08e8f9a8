import { join } from 'node:path'
import Value from 'typebox/value'
import { AppError } from '../../../platform/errors.ts'
import type { Logger } from '../../../platform/logger.ts'
import { NodeIdSchema } from '../../node-id.ts'
import { joinOrigin } from './join-origin.ts'
import { type NodeState, readNodeState, writeNodeState } from './node-state.ts'
import { readOriginUrl } from './origin-connection.ts'

/** Which origin a machine is to be a node of, and how it gets to know it. */
export interface WantedMembership {
  /** Where the node keeps who it is. */
  readonly folder: string
  /** URL of the origin and a join token: needed once. */
  readonly origin: string | undefined
  readonly token: string | undefined
  /** What it is to be called in the list of nodes; undefined for what the origin chose. It applies when it joins. */
  readonly id?: string | undefined
  /** How people call the node. */
  readonly name: string
  /** SHA-256 of the certificate of an origin that is a node, which no join token names; `ca` for one that this machine trusts. */
  readonly originFingerprint: string | undefined
  readonly log: Logger
}

/** What the node kept, or what it has just joined. Throws `network.not_joined` and what joining throws. */
export async function openMembership(wanted: WantedMembership): Promise<NodeState> {
  const { id } = wanted
  if (id !== undefined && !Value.Check(NodeIdSchema, id))
    throw new AppError('command.invalid', '--id has 1 to 40 lower-case letters, digits and hyphens, and is neither "all" nor "other"')
  const state = await keptOrJoined(wanted)
  if (id === undefined || id === state.id) return state
  throw new AppError('config.invalid', `Option id: this node is "${state.id}"; to be "${id}", it has to join again with another token`, {
    details: { option: 'id' },
  })
}

async function keptOrJoined({ folder, origin, token, id, name, originFingerprint, log }: WantedMembership): Promise<NodeState> {
  const kept = readNodeState(folder)
  if (token === undefined) {
    if (kept === undefined || (origin !== undefined && readOriginUrl(origin).origin !== kept.origin))
      throw new AppError('network.not_joined', `${join(folder, 'node.json')} has no key for ${origin ?? 'an origin'}`)
    return kept
  }
  if (origin === undefined) throw new AppError('command.invalid', '--token needs --origin')
  try {
    const joined = await joinOrigin(origin, token, { name, id }, originFingerprint)
    writeNodeState(folder, joined)
    log.info({ id: joined.id, origin: joined.origin }, 'joined the origin')
    return joined
  } catch (error) {
    // A service is started with the same line each time: its token has been used.
    const isUsed = error instanceof AppError && error.code === 'network.join_rejected' && kept?.origin === readOriginUrl(origin).origin
    if (!isUsed) throw error
    return kept
  }
}
