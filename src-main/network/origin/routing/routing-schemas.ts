import { type Static, Type } from 'typebox'

const closed = { additionalProperties: false }

export const RoutingSettingsSchema = Type.Object(
  {
    enabled: Type.Boolean({ default: false, description: 'Whether viewers are sent to nodes that have a public URL' }),
    shiftPercent: Type.Integer({
      minimum: 10,
      maximum: 90,
      default: 70,
      description: 'Load of a node from which on it gets fewer new viewers; 25 points above that, at most 95, it gets none',
    }),
  },
  closed,
)
export type RoutingSettings = Static<typeof RoutingSettingsSchema>

/** What applies where nobody said anything else. */
export const defaultRouting: RoutingSettings = { enabled: false, shiftPercent: 70 }

/** A node in the list for viewers. */
export const ListedNodeSchema = Type.Object({
  id: Type.String(),
  url: Type.String({ description: 'Base URL' }),
  region: Type.Union([Type.String(), Type.Null()]),
  weight: Type.Integer({ minimum: 0, maximum: 100, description: 'Share of new viewers beside the others; 0: none' }),
  draining: Type.Boolean({ description: 'Players that are there move to another node' }),
})
export type ListedNode = Static<typeof ListedNodeSchema>

export const SignedNodesSchema = Type.Object({
  list: Type.String({
    description:
      'JSON text as it was signed: `{version, issuedAt, expiresAt, keys, nodes: [{id, url, region, weight, draining}]}`, times in ms since 1970; `keys` may sign later lists',
  }),
  signatures: Type.Array(
    Type.Object({
      key: Type.String({ description: 'ECDSA P-256, SPKI in base64' }),
      signature: Type.String({ description: 'ECDSA with SHA-256 of the text, r and s of 32 bytes each, in base64' }),
    }),
    { description: 'One by each key of the host that is valid' },
  ),
})
export type SignedNodes = Static<typeof SignedNodesSchema>

export const ProbeSchema = Type.Object({
  state: Type.Union([Type.Literal('serving'), Type.Literal('draining'), Type.Literal('away')], {
    description: 'away: a node without its origin',
  }),
  issuedAt: Type.Integer({
    description: 'When the list of nodes was signed that is known here, ms since 1970: players get it where theirs is older',
  }),
})
export type ProbeAnswer = Static<typeof ProbeSchema>

/** Headers of what players of other origins read. */
export const openHeaders = {
  'access-control-allow-origin': '*',
  'cross-origin-resource-policy': 'cross-origin',
  'cache-control': 'no-store',
}
