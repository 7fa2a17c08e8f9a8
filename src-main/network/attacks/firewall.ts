import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { Logger } from '../../platform/logger.ts'
import type { NodeBlock } from './attack-schemas.ts'

/** Whom the system itself drops. */
export interface FirewallState {
  /** IP addresses and networks that are never dropped. */
  readonly allow: readonly string[]
  readonly deny: readonly string[]
  /** Names of networks as blocks have them. */
  readonly blocks: readonly NodeBlock[]
}

export interface FirewallOptions {
  /** TCP (and, for HTTP/3, UDP) ports of viewers: nothing else of the machine is concerned. */
  readonly ports: readonly number[]
  /** Id of the node: several on one machine have tables of their own. */
  readonly node: string
  /** File that names the table while that may exist: a run that was killed leaves both. */
  readonly noteFile: string
  readonly log: Pick<Logger, 'warn' | 'info'>
  /** How `nft` is started; tests start it in a network namespace. */
  readonly command?: readonly [string, ...string[]]
}

/** Sets are written so often at most, ms. */
const writeMs = 500
/** Tables of former runs that are removed at once. */
const maxFormer = 20
/** nft has so long for them, ms. */
const timeoutMs = 10_000

/**
 * Sets of nftables with who is denied and blocked, at the ports of viewers: their packets are dropped before nginx sees them. One table,
 * replaced as a whole in one transaction, so that nothing of a former run is left.
 */
export class Firewall {
  readonly #options: FirewallOptions
  readonly #table: string
  /** The table has been written. */
  #isThere = false
  #wanted: FirewallState | undefined
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()
  #failed = false
  #stopped = false

  constructor(options: FirewallOptions) {
    this.#options = options
    const node = createHash('sha256').update(options.node).digest('hex').slice(0, 8)
    this.#table = ['inet ami_streams', node, ...options.ports].join('_')
  }

  /** Whom to drop from now on. Lists that are the same arrays are taken for unchanged. */
  set(state: FirewallState): void {
    const former = this.#wanted
    if (this.#stopped || (former !== undefined && isSame(former, state))) return
    this.#wanted = state
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#writing = this.#writing
        .then(() => this.#write())
        .catch((error: Error) => this.#options.log.warn({ err: error }, 'nftables cannot be set'))
    }, writeMs)
  }

  /** Removes the table. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#writing
    if (this.#isThere && (await this.#run(removal(this.#table))) === undefined) rmSync(this.#options.noteFile, { force: true })
  }

  /** Removes the table of a run that was killed, whatever its ports were; for a node that has no firewall any more. */
  async removeFormer(): Promise<void> {
    const { noteFile, log } = this.#options
    const former = formerTables(noteFile)
    if (former.length === 0) return
    const problem = await this.#run(former.map(removal).join(''))
    if (problem === undefined) rmSync(noteFile, { force: true })
    else log.warn({ reason: problem, tables: former }, 'tables of nftables that a former run left are still there')
  }

  async #write(): Promise<void> {
    if (this.#wanted === undefined) return
    const { log, noteFile, ports } = this.#options
    // at other ports
    const former = this.#isThere ? [] : formerTables(noteFile).filter((each) => each !== this.#table)
    // first, so that a run that is killed in between leaves no table without a note
    if (!this.#isThere) note(noteFile, [...former, this.#table])
    const problem = await this.#run(former.map(removal).join('') + firewallScript(this.#table, ports, this.#wanted))
    if (problem === undefined && former.length > 0) note(noteFile, [this.#table])
    if (problem === undefined) {
      if (!this.#isThere || this.#failed) log.info({ table: this.#table }, 'nftables drops who is denied or blocked')
      this.#isThere = true
    } else if (!this.#failed) {
      log.warn({ reason: problem }, 'nftables cannot be set: nginx rejects who is denied or blocked by itself')
    }
    this.#failed = problem !== undefined
    // what is set next is written, also where nobody was added meanwhile
    if (this.#failed) this.#wanted = undefined
  }

  /** What went wrong, or undefined. */
  #run(script: string): Promise<string | undefined> {
    const [program, ...args] = this.#options.command ?? ['nft', '-f', '-']
    return new Promise((resolve) => {
      const child = spawn(program, args, {
        stdio: ['pipe', 'ignore', 'pipe'],
        timeout: timeoutMs,
        env: { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` },
      })
      let said = ''
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        said = (said + text).slice(0, 500)
      })
      // it may end before it has read everything
      child.stdin.on('error', () => undefined)
      child.once('error', (error) => resolve(error.message))
      child.once('close', (code) => resolve(code === 0 ? undefined : said.trim() || `nft ended with ${code}`))
      child.stdin.end(script)
    })
  }
}

/** Of a table that may not be there. */
const removal = (table: string): string => `table ${table}\ndelete table ${table}\n`

/** Tables of this program; those of earlier versions had no digits of their node. */
const tableName = /^inet ami_streams_(?:[0-9a-f]{8}_)?\d{1,5}(?:_\d{1,5})?$/

/** The tables that runs noted; whatever else the file says is ignored. */
function formerTables(noteFile: string): readonly string[] {
  try {
    const lines = readFileSync(noteFile, 'utf8').split('\n')
    return lines.filter((line) => tableName.test(line)).slice(0, maxFormer)
  } catch {
    return []
  }
}

/** Nodes that cannot write it work without. */
function note(noteFile: string, tables: readonly string[]): void {
  try {
    writeFileSync(noteFile, tables.join('\n'), { mode: 0o600 })
  } catch {}
}

function isSame(one: FirewallState, other: FirewallState): boolean {
  // the time that is left of a block changes always
  const names = ({ blocks }: FirewallState): string => blocks.map(({ network }) => network).join()
  return one.allow === other.allow && one.deny === other.deny && names(one) === names(other)
}

/** The table as nft reads it. Everything in it is a number or a network that was parsed. */
export function firewallScript(table: string, ports: readonly number[], { allow, deny, blocks }: FirewallState): string {
  const isIpv6 = (network: string): boolean => network.includes(':')
  const blocked = blocks.map(({ network, leftS }) => ({ network: isIpv6(network) ? `${network}::/64` : network, leftS }))
  const set = (name: string, version: 4 | 6, flags: string, elements: readonly string[]): readonly string[] => [
    `  set ${name}${version} {`,
    `    type ipv${version}_addr`,
    `    flags ${flags}`,
    // networks of a list may be parts of each other
    ...(flags === 'interval' ? ['    auto-merge'] : []),
    ...(elements.length === 0 ? [] : [`    elements = { ${elements.join(', ')} }`]),
    '  }',
  ]
  const sets = ([4, 6] as const).flatMap((version) => {
    const those = (networks: readonly string[]): readonly string[] => networks.filter((each) => isIpv6(each) === (version === 6))
    const now = blocked.filter(({ network, leftS }) => isIpv6(network) === (version === 6) && leftS > 0)
    return [
      ...set('allowed', version, 'interval', those(allow)),
      ...set('denied', version, 'interval', those(deny)),
      ...set(
        'blocked',
        version,
        'interval,timeout',
        now.map(({ network, leftS }) => `${network} timeout ${leftS}s`),
      ),
    ]
  })
  const at = `{ ${ports.join(', ')} }`
  const rules = [
    'iif "lo" accept',
    `meta l4proto != { tcp, udp } accept`,
    `th dport != ${at} accept`,
    ...(['ip', 'ip6'] as const).flatMap((family) => {
      const version = family === 'ip' ? 4 : 6
      return [
        `${family} saddr @allowed${version} accept`,
        `${family} saddr @denied${version} counter drop`,
        `${family} saddr @blocked${version} counter drop`,
      ]
    }),
  ]
  return [
    `table ${table}`,
    `delete table ${table}`,
    `table ${table} {`,
    ...sets,
    '  chain input {',
    '    type filter hook input priority -10; policy accept;',
    ...rules.map((rule) => `    ${rule}`),
    '  }',
    '}',
    '',
  ].join('\n')
}
