import { type Static, Type } from 'typebox'
import type { DeliverySettings, ViewerAnswer } from '../../../media/edge-delivery.ts'
import { GuardReportSchema, type GuardRules } from '../../attacks/attack-schemas.ts'
import type { PurgeHistory } from '../../front/cache/node-cache.ts'
import type { PurgeOrder, PurgeSelection } from '../../front/cache/purge-order.ts'
import { FunctionLineSchema } from '../../functions/function-line.ts'
import type { FunctionSet } from '../../functions/function-set.ts'
import { type LimitSettings, maxKeyLength } from '../../limits/limit-settings.ts'
import { type LeaseEntry, maxReported } from '../../limits/request-buckets.ts'
import type { SignedNodes } from '../routing/routing-schemas.ts'
import { WarmProgressSchema } from '../warming/warm-schemas.ts'

/**
 * The connection between a node and its origin: a WebSocket that the node opens. Control messages are JSON texts in both directions. What
 * the origin reports of streams are binary messages: `u32 length of JSON, big-endian`, JSON, data.
 */

/** Code with which a node is closed that is not accepted. */
export const rejectedCode = 4403
/** Code with which a node is closed whose way to the origin leads through itself. */
export const loopCode = 4408
/** Code with which a node is closed whose origin is a node that takes no other nodes. */
export const noNodesCode = 4404

/** Version of these messages. */
export const linkVersion = 1
/** Each side sends something at least so often, ms. */
export const beatMs = 1000
/** After so much silence the other side has gone, ms. */
export const silenceMs = 3000
/** How long a stranger may take to say who it is, ms. */
export const helloMs = 5000

/** Messages of the origin. */
export type OriginMessage =
  | { readonly type: 'challenge'; readonly challenge: string }
  | {
      readonly type: 'welcome'
      readonly name: string
      readonly settings: DeliverySettings
      readonly purges: PurgeHistory
      /** It takes figures. */
      readonly figures?: true
      /** It has functions for nodes, and takes their logs. */
      readonly functions?: true
      /** An origin of an older version has none, and takes no reports of usage. */
      readonly limits?: LimitSettings
      readonly guard?: GuardRules
      /** It sends packets of streams. */
      readonly packets?: true
    }
  | { readonly type: 'settings'; readonly settings: DeliverySettings }
  /** `clockMs`: the origin's monotonic clock. `timeMs`: since 1970; left out by origins of an older version. */
  | { readonly type: 'beat'; readonly clockMs: number; readonly timeMs?: number }
  | { readonly type: 'answer'; readonly id: number; readonly answer: ViewerAnswer }
  | { readonly type: 'purge'; readonly id: number; readonly order: PurgeOrder }
  | { readonly type: 'limits'; readonly limits: LimitSettings }
  | { readonly type: 'guard'; readonly rules: GuardRules }
  /** A block of the node's own is lifted. */
  | { readonly type: 'lift'; readonly network: string }
  /** Whether players leave the node, and the list of nodes that it answers with. An older node ignores it. */
  | { readonly type: 'routing'; readonly draining: boolean; readonly nodes: SignedNodes; readonly issuedAt: number }
  /** The node's part of limits that it reported. */
  | { readonly type: 'leases'; readonly entries: readonly LeaseEntry[] }
  /** All functions that are deployed. The node says what became of it. */
  | { readonly type: 'functions'; readonly set: FunctionSet }
  /** What a purge would take along. */
  | { readonly type: 'preview'; readonly id: number; readonly selection: PurgeSelection }
  /** URLs to fetch before viewers do. */
  | { readonly type: 'warm'; readonly id: number; readonly urls: readonly string[]; readonly perSecond: number }
  /** What the node's group says, as YAML; empty: nothing. The node says what became of it. */
  | { readonly type: 'configuration'; readonly id: string; readonly text: string }
  /** What the node is and has; with the last lines of its log. */
  | { readonly type: 'inspect'; readonly id: number; readonly lines: number }
  /** A new key in place of its own: it signs the challenge with it. */
  | { readonly type: 'renewKey'; readonly id: number; readonly challenge: string }
  /** The new key is valid from now on. An origin of an older version does not say which. */
  | { readonly type: 'keyAccepted'; readonly publicKey?: string }
  | { readonly type: 'warmStop'; readonly id: number }
  /** Which objects are kept whose URL or path starts like this. */
  | { readonly type: 'search'; readonly id: number; readonly prefix: string }

const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
const Stream = Type.String({ minLength: 1, maxLength: 64 })

export const HelloSchema = Type.Object({
  type: Type.Literal('hello'),
  link: Type.Literal(linkVersion),
  version: Type.String({ maxLength: 40 }),
  id: Type.String({ maxLength: 60 }),
  signature: Type.String({ maxLength: 100 }),
  /** Number of the last purge that its cache has carried out. */
  lastPurge: Type.Optional(Count),
  /** Which functions it has; a node of an older version takes none. */
  functions: Type.Optional(Type.String({ maxLength: 64 })),
  /** Which configuration of its group it uses, empty for none; a node of an older version takes none, and is not inspected. */
  configuration: Type.Optional(Type.String({ maxLength: 64 })),
  /** SHA-256 of the secret with which it hands requests on, in hex digits: for a node that it has as its origin. */
  forwardHash: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$' })),
})

/** Packets in place of what is packaged. */
const Form = Type.Optional(Type.Literal('packets'))
/** `held`: what it has of the stream already; the live platform reads it. */
const WatchSchema = Type.Object({ type: Type.Literal('watch'), stream: Stream, held: Type.Unknown(), form: Form })
const LeaveSchema = Type.Object({ type: Type.Literal('leave'), stream: Stream, form: Form })
/** Bytes of binary messages that arrived on this connection so far. */
const ReceivedSchema = Type.Object({ type: Type.Literal('received'), bytes: Count })

/** Messages about media, which a node handles itself that has other nodes behind it. */
export const OwnMessageSchema = Type.Union([WatchSchema, LeaveSchema, ReceivedSchema])

/** Messages of a node that has said hello. */
export const NodeMessageSchema = Type.Union([
  WatchSchema,
  LeaveSchema,
  ReceivedSchema,
  Type.Object({ type: Type.Literal('beat'), requests: Count, deliveredBytes: Count, waiting: Count }),
  Type.Object({
    type: Type.Literal('ask'),
    id: Count,
    question: Type.Object({
      stream: Stream,
      remoteAddress: Type.String({ maxLength: 64 }),
      token: Type.Union([Type.String({ maxLength: 4096 }), Type.Null()]),
    }),
  }),
  /** What players fetched; the live platform reads it. */
  Type.Object({ type: Type.Literal('report'), report: Type.Unknown() }),
  /** What it did in the last ten seconds; `figures` reads it. */
  Type.Object({ type: Type.Literal('figures'), figures: Type.Unknown() }),
  /** Requests of buckets since the last report. */
  Type.Object({
    type: Type.Literal('usage'),
    entries: Type.Array(
      Type.Tuple([Type.String({ minLength: 1, maxLength: maxKeyLength }), Count, Count, Type.Union([Count, Type.Null()])]),
      { maxItems: maxReported },
    ),
  }),
  /** Attacks that the node notices, and what it blocks. */
  Type.Object({ type: Type.Literal('guarded'), report: GuardReportSchema }),
  /** The functions that it was sent are in use, or why not. */
  Type.Object({
    type: Type.Literal('functions'),
    id: Type.String({ maxLength: 64 }),
    fault: Type.Optional(Type.String({ maxLength: 1000 })),
  }),
  /** The configuration that it was sent is in use, or why not. */
  Type.Object({
    type: Type.Literal('configured'),
    id: Type.String({ maxLength: 64 }),
    fault: Type.Optional(Type.String({ maxLength: 1000 })),
  }),
  /** The answer to `inspect`; its own schema reads it. */
  Type.Object({
    type: Type.Literal('inspected'),
    id: Count,
    report: Type.Unknown(),
    fault: Type.Optional(Type.String({ maxLength: 1000 })),
  }),
  /** The answer to `renewKey`. */
  Type.Object({
    type: Type.Literal('keyMade'),
    id: Count,
    publicKey: Type.String({ maxLength: 100 }),
    proof: Type.String({ maxLength: 100 }),
    fault: Type.Optional(Type.String({ maxLength: 1000 })),
  }),
  /** What functions log. */
  Type.Object({ type: Type.Literal('functionLines'), lines: Type.Array(FunctionLineSchema, { maxItems: 200 }) }),
  /** Whether other nodes answer it. */
  Type.Object({
    type: Type.Literal('peers'),
    views: Type.Array(Type.Object({ id: Type.String({ maxLength: 60 }), up: Type.Boolean() }), { maxItems: 10 }),
  }),
  /** The answer to a purge or preview. */
  Type.Object({
    type: Type.Literal('purged'),
    id: Count,
    objects: Count,
    bytes: Count,
    fault: Type.Optional(Type.String({ maxLength: 1000 })),
  }),
  /** How far it has come with what it was to fetch. */
  Type.Object({
    type: Type.Literal('warmed'),
    id: Count,
    progress: WarmProgressSchema,
    isEnded: Type.Boolean(),
    fault: Type.Optional(Type.String({ maxLength: 1000 })),
  }),
  /** The answer to a search; the cache's own schema reads what was found. */
  Type.Object({ type: Type.Literal('found'), id: Count, found: Type.Unknown(), fault: Type.Optional(Type.String({ maxLength: 1000 })) }),
])
export type NodeMessage = Static<typeof NodeMessageSchema>
export type Hello = Static<typeof HelloSchema>

/** Distinguishes the two reports of one stream. */
export function feedKey({ stream, form }: { readonly stream: string; readonly form?: 'packets' | undefined }): string {
  return form === undefined ? stream : `${form} ${stream}`
}

/** Writes a binary message. The data are copied. */
export function writeRecord(json: string, data: Uint8Array | undefined): Buffer {
  const jsonBytes = Buffer.byteLength(json)
  const message = Buffer.allocUnsafe(4 + jsonBytes + (data?.length ?? 0))
  message.writeUInt32BE(jsonBytes, 0)
  message.write(json, 4)
  if (data !== undefined) message.set(data, 4 + jsonBytes)
  return message
}

/** Reads a binary message; undefined where it breaks the format. The data are a view of the message. */
export function readRecord(message: Buffer): { readonly json: string; readonly data: Uint8Array } | undefined {
  if (message.length < 4) return undefined
  const end = 4 + message.readUInt32BE(0)
  return end > message.length ? undefined : { json: message.toString('utf8', 4, end), data: new Uint8Array(message.subarray(end)) }
}
