import { judgeBy } from '../../../platform/outbound/judged-connection.ts'
import { readCertificateTrust } from './certificate-trust.ts'
import type { ConnectOptions } from './connect-target.ts'
import { parseRtmpUrl } from './destination-url.ts'
import { RtmpTarget } from './rtmp-target.ts'

export interface ServerToTry {
  /** rtmp:// or rtmps:// */
  readonly url: string
  readonly certificate: string
  /** An editor named the URL. */
  readonly limited: boolean
}

/**
 * Connects to an RTMP server, over TLS where the URL says so, and does the handshake (RTMP 1.0 section 5.2): no key is sent, and nothing is
 * published. Resolves with how long that took, ms. Rejects with `destination.*` and `url.forbidden`.
 */
export async function tryServer(
  { url, certificate, limited }: ServerToTry,
  options: Pick<ConnectOptions, 'media' | 'network'>,
): Promise<number> {
  // The name is never sent; without one the last part of the path would be taken for it.
  const address = parseRtmpUrl(url, 'none')
  const trust = { certificate: readCertificateTrust(certificate), judge: judgeBy(options.network, limited) }
  const fromMs = performance.now()
  let target: RtmpTarget | undefined
  try {
    await new Promise<void>((resolve, reject) => {
      const events = { onLive: () => undefined, onDrain: () => undefined, onClosed: reject }
      target = new RtmpTarget(address, { ...trust, onHandshake: resolve }, options.media, events)
    })
  } finally {
    target?.close()
  }
  return Math.round(performance.now() - fromMs)
}
