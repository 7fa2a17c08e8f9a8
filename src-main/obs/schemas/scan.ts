import { type Static, Type } from 'typebox'
import { Nullable } from '../../platform/routes/schemas.ts'
import { exactly, oneOf } from './words.ts'

/** Where to look for OBS. */
export const ScanBody = Type.Object(
  {
    network: Type.String({ maxLength: 18, description: 'private IPv4 network, e.g. 192.168.1.0/24, which is the largest' }),
    port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535, description: '4455 where left out' })),
  },
  exactly,
)
export type ScanRequest = Static<typeof ScanBody>

export const ScannedObsSchema = Type.Object({
  host: Type.String(),
  port: Type.Integer(),
  webSocket: Type.String({ description: 'version of obs-websocket' }),
  authentication: Type.Boolean({ description: 'it asks for a password' }),
})
export type ScannedObs = Static<typeof ScannedObsSchema>

/** The last search; also the data of event `obs.scan`. */
export const ScanSchema = Type.Object({
  state: oneOf('idle', 'running', 'done', 'cancelled'),
  network: Nullable(Type.String()),
  port: Nullable(Type.Integer()),
  done: Type.Integer({ description: 'IP addresses that were asked' }),
  total: Type.Integer(),
  found: Type.Array(ScannedObsSchema),
  networks: Type.Array(Type.String(), { description: 'private networks that this machine is in' }),
})
export type ScanStatus = Static<typeof ScanSchema>
