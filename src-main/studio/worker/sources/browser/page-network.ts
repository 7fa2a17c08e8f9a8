import type { NetworkPolicy } from '../../../../platform/outbound/network-policy.ts'

/** How a page reaches the network. */
export interface PageNetwork {
  /** Of the proxy that judges what it asks for. */
  readonly proxyPort: number
  /** An editor named the page: all that it asks for goes through the proxy. */
  readonly limited: boolean
  readonly policy: NetworkPolicy
}

/** Names and IP addresses by which this host recognises a request of the person at this machine, as Chromium's rules write them. */
const loopbackHosts = ['localhost', '*.localhost', '127.*', '0.0.0.0', '[::1]', '[::]', '[::ffff:7f*]']

/**
 * Chromium's arguments for it. A page of an editor has no other way than the proxy: no names of its own, no UDP (QUIC, WebRTC). A page
 * of an admin reaches what this machine reaches, but this host itself by the proxy, which marks its requests: no frame, script or
 * redirect of it counts as the owner. Over HTTPS they could not be marked.
 */
export function networkArguments({ proxyPort, limited, policy }: PageNetwork): readonly string[] {
  const proxy = `127.0.0.1:${proxyPort}`
  if (limited) {
    return [
      `--proxy-server=http://${proxy}`,
      // Without it Chromium goes to this machine directly.
      '--proxy-bypass-list=<-loopback>',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
      '--force-webrtc-ip-handling-policy=disable_non_proxied_udp',
      '--webrtc-ip-handling-policy=disable_non_proxied_udp',
      '--disable-quic',
    ]
  }
  const rules = [
    ...policy.ownHttpPorts.flatMap((port) => loopbackHosts.map((host) => `MAP ${host}:${port} ${proxy}`)),
    ...policy.ownHttpsPorts.flatMap((port) => loopbackHosts.map((host) => `MAP ${host}:${port} ~NOTFOUND`)),
  ]
  return rules.length === 0 ? [] : [`--host-resolver-rules=${rules.join(', ')}`]
}
