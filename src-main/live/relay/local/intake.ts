import { isIPv6 } from 'node:net'
import type { StreamIntake } from '../../../media/stream-intake.ts'
import { isLoopback } from '../../../platform/net/loopback.ts'
import { plainIp } from '../../../platform/outbound/public-ip.ts'
import type { ManagedStream } from '../../hub/managed-stream.ts'
import type { StreamKeys } from '../../policy/keys/stream-keys.ts'

export interface IntakeDependencies {
  readonly keys: Pick<StreamKeys, 'create' | 'rotate' | 'list'>
  readonly streams: () => readonly Pick<ManagedStream, 'id' | 'name' | 'phase' | 'publisher'>[]
  /** Where RTMP listens. */
  readonly bind: string
  readonly rtmpPort: () => number
}

/** An encoder that is started again takes over from the connection that it had: OBS connects again before the old one has timed out. */
const onSecondPublisher = 'takeover'

/** What this part does for parts that control encoders. */
export function createIntake({ keys, streams, bind, rtmpPort }: IntakeDependencies): StreamIntake {
  return {
    async createKey(stream, label, actor) {
      const { key, secret } = await keys.create({ stream, label, onSecondPublisher }, actor)
      return { keyId: key.id, key: secret }
    },
    async renewKey(keyId, actor) {
      const key = keys.list().find(({ id }) => id === keyId)
      if (key === undefined || !key.enabled || key.revokedAt !== null) return undefined
      return { keyId, key: (await keys.rotate(keyId, actor)).secret }
    },
    serverAt(address) {
      const host = hostAt(plainIp(address), bind)
      return host && `rtmp://${isIPv6(host) ? `[${host}]` : host}:${rtmpPort()}/live`
    },
    streamOf: (stream, keyId) =>
      streams().find(({ name, phase, publisher }) => name === stream && phase === 'active' && publisher?.keyId === keyId)?.id,
  }
}

/** The host for programs to which `address` leads here. */
function hostAt(address: string, bind: string): string | undefined {
  if (bind === '::') return address
  if (bind === '0.0.0.0') return isIPv6(address) ? (isLoopback(address) ? '127.0.0.1' : undefined) : address
  // A listener on one IP address is reached by it from this machine, whichever IP address the connection uses.
  return isLoopback(bind) && !isLoopback(address) ? undefined : bind
}
