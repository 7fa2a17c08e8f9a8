import { joinHostPort } from '../../../../../../platform/net/ip-address.ts'
import { judgeBy } from '../../../../../../platform/outbound/judged-connection.ts'
import { openJudgedProxy } from '../../../../../../platform/outbound/judged-proxy.ts'
import { type NetworkPolicy, OutboundFault } from '../../../../../../platform/outbound/network-policy.ts'
import { httpsByName, httpsNames } from './https-by-name.ts'
import { RtspReplies } from './rtsp-replies.ts'
import { openTcpRelay } from './tcp-relay.ts'

/** How FFmpeg is given a URL that an editor named, so that it connects to nothing that was not judged. */
export interface JudgedInput {
  readonly address: string
  readonly options: Readonly<Record<string, string>>
  /** Why a connection was rejected, since this was asked last. */
  takeRejection(): string | undefined
  stop(): void
}

/** As FFmpeg takes URLs apart: the user ends at the last `@` of the authority. */
const form = /^([a-z]+):\/\/(?:([^/?#]*)@)?(\[[^\]]+\]|[^/?#:@]*)(?::(\d+))?([/?#].*)?$/is

const usualPorts: Readonly<Record<string, number>> = { rtmp: 1935, rtmps: 443, rtsp: 554, rtsps: 322 }

/** Rejects with OutboundFault where the URL leads to what editors may not use. */
export async function judgedInput(
  address: string,
  options: Readonly<Record<string, string>>,
  network: NetworkPolicy,
): Promise<JudgedInput> {
  const judge = judgeBy(() => network, true)
  const [, scheme = '', user, host = '', portText, rest = ''] = form.exec(address) ?? []
  const protocol = scheme.toLowerCase()
  const port = Number(portText) || (usualPorts[protocol] ?? 0)
  const named = user === undefined ? '' : `${user}@`
  switch (protocol) {
    case 'http':
    case 'https': {
      if (!URL.canParse(address)) throw new OutboundFault('This is not a URL')
      const proxy = await openJudgedProxy({ judge, translator: httpsNames })
      // FFmpeg would go past the proxy to hosts that this names.
      delete process.env.no_proxy
      return {
        address: httpsByName(new URL(address)).href,
        // Without TLS and proxies of its own there is no way past ours, whatever a playlist lists.
        options: { ...options, http_proxy: `http://127.0.0.1:${proxy.port}`, protocol_whitelist: 'http,tcp,crypto,data' },
        takeRejection: proxy.takeRejection,
        stop: proxy.stop,
      }
    }
    case 'rtmp':
    case 'rtmps': {
      const relay = await openTcpRelay({ host: needed(host), port, secure: protocol === 'rtmps', judge })
      return {
        address: `rtmp://${named}127.0.0.1:${relay.port}${rest}`,
        // Servers may choose what they play by the host that they are called by.
        options: { ...options, rtmp_tcurl: `${protocol}://${host}${portText === undefined ? '' : `:${portText}`}/${appOf(rest)}` },
        takeRejection: relay.takeRejection,
        stop: relay.stop,
      }
    }
    case 'rtsp':
    case 'rtsps': {
      if (options.rtsp_transport !== 'tcp') {
        throw new OutboundFault('RTSP over UDP lets the server name where packets are sent: choose TCP, or ask an admin to enter the URL')
      }
      const relay = await openTcpRelay({ host: needed(host), port, secure: protocol === 'rtsps', judge, filter: () => new RtspReplies() })
      return {
        address: `rtsp://${named}127.0.0.1:${relay.port}${rest}`,
        options: { ...options, protocol_whitelist: 'tcp' },
        takeRejection: relay.takeRejection,
        stop: relay.stop,
      }
    }
    case 'srt':
    case 'udp': {
      // Nothing is called where the program only waits for what comes.
      const waits = host === '' && (protocol === 'udp' || /^[^?]*\?(?:(?!mode=)[^&]*&)*mode=listener(?:&|$)/.test(rest))
      const target = waits ? undefined : await judge(needed(host), port)
      const pinned =
        target === undefined ? address : `${protocol}://${named}${joinHostPort(target.addresses[0]?.address ?? '', port)}${rest}`
      return { address: pinned, options, takeRejection: () => undefined, stop() {} }
    }
    default:
      throw new OutboundFault(`${protocol} URLs are not open to editors`)
  }
}

/** A URL without a host means this machine. */
function needed(host: string): string {
  if (host === '') throw new OutboundFault('The URL names no host: editors may not use this machine')
  return host.replace(/^\[|\]$/g, '')
}

/** The application in the path of an RTMP URL, as FFmpeg finds it: its first part, or the first two of three and more. */
function appOf(rest: string): string {
  const parts = rest.replace(/^\//, '').split('/')
  return parts.length > 2 && !(parts[1] ?? '').includes(':') ? parts.slice(0, 2).join('/') : (parts[0] ?? '')
}
