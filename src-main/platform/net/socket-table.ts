import { isIPv6 } from 'node:net'

/** What a socket is bound to. */
export interface BoundSocket {
  readonly transport: 'tcp' | 'udp'
  /** IP address. */
  readonly address: string
  readonly port: number
  /** It takes connections, or datagrams of everybody. */
  readonly listening: boolean
  /** Number of the socket in the system's tables. */
  readonly inode: string
}

/** Reads a table of proc_net(5), e.g. /proc/net/tcp6; lines that are no sockets are left out. */
export function parseSocketTable(text: string, transport: 'tcp' | 'udp'): readonly BoundSocket[] {
  const sockets: BoundSocket[] = []
  for (const line of text.split('\n').slice(1)) {
    const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/)
    const [hex = '', port = ''] = local.split(':')
    if (inode === undefined || !/^(?:[0-9A-F]{8}|[0-9A-F]{32})$/.test(hex)) continue
    // 0A is LISTEN in the kernel's list of states; UDP that is bound to nobody has 07.
    const listening = state === (transport === 'tcp' ? '0A' : '07')
    sockets.push({ transport, address: ipOf(hex), port: Number.parseInt(port, 16), listening, inode })
  }
  return sockets
}

/** The number of a socket out of what a link in /proc/PID/fd says: `socket:[4711]`. */
export function inodeOf(link: string): string | undefined {
  return /^socket:\[(\d+)\]$/.exec(link)?.[1]
}

/** One way to write an IP address, so that two can be compared; other texts stay what they are. */
export function canonicalIp(text: string): string {
  const bare = text.replace(/^\[|\]$/g, '')
  const url = `http://[${bare}]`
  return isIPv6(bare) && URL.canParse(url) ? new URL(url).hostname.slice(1, -1) : bare
}

/** The kernel prints words of 32 bits in the processor's order, which is little-endian wherever this program runs. */
function ipOf(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).reverse().map((byte) => Number.parseInt(byte, 16)))
  if (bytes.length === 4) return bytes.join('.')
  const groups = Array.from({ length: 8 }, (_, index) => (((bytes[2 * index] ?? 0) << 8) | (bytes[2 * index + 1] ?? 0)).toString(16))
  return canonicalIp(groups.join(':'))
}
