import { Type } from 'typebox'
import type { AuditLog } from '../../../platform/audit.ts'
import { AppError } from '../../../platform/errors.ts'
import type { EventBus } from '../../../platform/events/events.ts'
import { randomText } from '../../../platform/random-id.ts'
import { defineRoute } from '../../../platform/routes/routes.ts'
import type { PublishGate } from '../../hub/publishers/publisher.ts'
import type { LiveDatabase } from '../../live-database.ts'
import type { LivePart } from '../../live-part.ts'
import { UdpInput } from './udp-input.ts'
import { NewUdpInputSchema, type UdpInputInfo, UdpInputSchema } from './udp-schemas.ts'
import { readUdpUrl } from './udp-url.ts'

export interface UdpInputsDependencies {
  readonly database: LiveDatabase
  readonly gate: PublishGate
  /** IP address to listen on if an input has none. */
  readonly bind: string
  readonly key: (stream: string) => { readonly secret: string; readonly dispose: () => void }
  readonly events: EventBus
  readonly audit: AuditLog
  /** ms since 1970. */
  readonly now: () => number
}

interface Kept {
  readonly id: string
  readonly stream: string
  readonly url: string
  readonly createdAt: string
  readonly input: UdpInput
}

/** Max inputs: each uses a port and its buffer. */
const maxInputs = 100

/** MPEG-TS over UDP, unicast and multicast: inputs that are kept and listen while the host runs. */
export async function createUdpInputs(dependencies: UdpInputsDependencies): Promise<LivePart> {
  const { database } = dependencies
  const inputs = new Map<string, Kept>()

  function hold(row: Omit<Kept, 'input'>): Kept | undefined {
    const address = readUdpUrl(row.url)
    if (address === undefined) return undefined
    const kept: Kept = {
      ...row,
      input: new UdpInput(address, {
        gate: dependencies.gate,
        bind: dependencies.bind,
        key: () => dependencies.key(row.stream),
        onChange: () => {
          if (inputs.has(row.id)) dependencies.events.publish('udp-input.updated', describe(kept))
        },
      }),
    }
    inputs.set(row.id, kept)
    return kept
  }

  for (const row of await database.selectFrom('udp_input').selectAll().orderBy('created_at').execute())
    hold({ id: row.id, stream: row.stream, url: row.url, createdAt: row.created_at })

  const List = Type.Object({ items: Type.Array(UdpInputSchema) })
  return {
    async start() {
      await Promise.all([...inputs.values()].map(({ input }) => input.start()))
    },
    stop() {
      for (const { input } of inputs.values()) input.stop()
    },
    routes: [
      defineRoute({
        method: 'GET',
        path: '/live/udp-inputs',
        tag: 'live',
        summary: 'MPEG transport streams expected over UDP',
        role: 'viewer',
        responses: { 200: List },
        handler: () => ({ body: { items: [...inputs.values()].map(describe) } }),
      }),
      defineRoute({
        method: 'POST',
        path: '/live/udp-inputs',
        tag: 'live',
        summary: 'Awaits an MPEG transport stream on a UDP port or in a multicast group',
        role: 'admin',
        body: NewUdpInputSchema,
        responses: { 201: UdpInputSchema },
        handler: async ({ body, principal }) => {
          if (readUdpUrl(body.url) === undefined)
            throw new AppError('request.invalid', 'The URL is none of udp://@GROUP:PORT, udp://ADDRESS:PORT, udp://:PORT', {
              details: { field: 'url' },
            })
          if (inputs.size >= maxInputs) throw new AppError('request.conflict', `There are ${maxInputs} UDP inputs already`)
          const createdAt = new Date(dependencies.now()).toISOString()
          const row = { id: `udp_${randomText(12)}`, stream: body.stream, url: body.url.trim(), createdAt }
          const kept = hold(row) as Kept
          await kept.input.start()
          const { error } = kept.input.state
          if (error) {
            inputs.delete(row.id)
            throw error
          }
          await database.insertInto('udp_input').values({ id: row.id, stream: row.stream, url: row.url, created_at: createdAt }).execute()
          dependencies.audit.record({
            kind: 'command',
            message: `${row.url} is expected for stream ${row.stream}`,
            streamName: row.stream,
            actor: principal.id,
          })
          dependencies.events.publish('udp-input.created', describe(kept))
          return { status: 201, body: describe(kept) }
        },
      }),
      defineRoute({
        method: 'DELETE',
        path: '/live/udp-inputs/:id',
        tag: 'live',
        summary: 'Stops awaiting a transport stream',
        role: 'admin',
        params: Type.Object({ id: Type.String({ maxLength: 80 }) }),
        responses: { 204: Type.Null() },
        handler: async ({ params, principal }) => {
          const kept = inputs.get(params.id)
          if (kept === undefined) throw new AppError('request.not_found', 'There is no UDP input of that id')
          inputs.delete(kept.id)
          kept.input.stop()
          await database.deleteFrom('udp_input').where('id', '=', kept.id).execute()
          dependencies.audit.record({
            kind: 'command',
            message: `${kept.url} is no longer expected`,
            streamName: kept.stream,
            actor: principal.id,
          })
          dependencies.events.publish('udp-input.removed', { id: kept.id })
          return { status: 204, body: null }
        },
      }),
    ],
  }
}

function describe({ id, stream, url, createdAt, input }: Kept): UdpInputInfo {
  const { state, error, sender, datagrams } = input.state
  return {
    id,
    stream,
    url,
    state,
    error: error ? { code: error.code, message: error.message, remedy: error.remedy } : null,
    sender: sender ?? null,
    datagrams,
    createdAt,
  }
}
