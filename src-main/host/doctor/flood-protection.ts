import { existsSync, readFileSync } from 'node:fs'
import type { Finding } from './finding.ts'

const name = 'floods'
/** Connections that wait to be accepted: nginx at a node asks for so many. */
const wantedBacklog = 4096
const sets = ['/usr/sbin/nft', '/sbin/nft', '/usr/bin/nft']

/** What this system does against floods of connections, which no program above it can: SYN cookies (RFC 4987, section 3.6), nftables. */
export function floodProtection(
  platform: NodeJS.Platform = process.platform,
  read: (file: string) => string = (file) => readFileSync(file, 'utf8'),
  exists: (file: string) => boolean = existsSync,
): Finding {
  if (platform !== 'linux') return { name, state: 'ok', detail: 'not looked at on this system' }
  const setting = (file: string): number | undefined => {
    try {
      const value = Number.parseInt(read(`/proc/sys/net/${file}`), 10)
      return Number.isInteger(value) ? value : undefined
    } catch {
      return undefined
    }
  }
  const cookies = setting('ipv4/tcp_syncookies')
  const backlog = setting('core/somaxconn')
  const nftables = sets.some(exists)
    ? 'nftables is installed (nodes use it with `firewall: true` in edge.yaml)'
    : 'nftables is not installed, so nothing is blocked before it reaches a program'
  const queue = backlog === undefined ? '' : `, queue of new connections ${backlog}`
  if (cookies === 0) {
    const remedy = 'Run `sysctl -w net.ipv4.tcp_syncookies=1`, and write it into /etc/sysctl.d.'
    return { name, state: 'warn', detail: `SYN cookies are off${queue}; ${nftables}`, remedy }
  }
  if (backlog !== undefined && backlog < wantedBacklog) {
    const remedy = `Run \`sysctl -w net.core.somaxconn=${wantedBacklog}\`, and write it into /etc/sysctl.d.`
    return { name, state: 'warn', detail: `SYN cookies are on${queue}; ${nftables}`, remedy }
  }
  const said = cookies === undefined ? 'the system does not say whether SYN cookies are on' : 'SYN cookies are on'
  return { name, state: 'ok', detail: `${said}${queue}; ${nftables}` }
}
