import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silentLogger } from '../../platform/telemetry/logger.ts'
import { Firewall } from './firewall.ts'

const run = (...command: [string, ...string[]]) =>
  spawnSync(command[0], command.slice(1), {
    encoding: 'utf8',
    timeout: 20_000,
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
  })
/** What the tables of the nodes `a` and `b` have in their names. */
const [ofA, ofB] = ['ca978112', '3e23e816']
/** Two namespaces of our own, with a line between them. */
const [node, viewer] = [`ami-fw-a${process.pid}`, `ami-fw-b${process.pid}`]
const has = process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/sbin/nft')
const canRun = has && run('ip', 'netns', 'add', node).status === 0

describe.runIf(canRun)('who is denied or blocked, by nftables', () => {
  let server: ChildProcess
  const warned: string[] = []
  const log = { ...silentLogger, info: () => undefined, warn: (_: object, text: string) => warned.push(text) } as never
  let firewall: Firewall
  const folder = mkdtempSync(join(tmpdir(), 'ami-firewall-'))
  const noteFile = join(folder, 'nftables.txt')
  const command = ['ip', 'netns', 'exec', node, 'nft', '-f', '-'] as const

  beforeAll(async () => {
    const must = (...command: [string, ...string[]]): void => expect(run(...command).status, command.join(' ')).toBe(0)
    must('ip', 'netns', 'add', viewer)
    must('ip', 'link', 'add', 'fwa', 'netns', node, 'type', 'veth', 'peer', 'name', 'fwb', 'netns', viewer)
    for (const [name, device, last] of [
      [node, 'fwa', 1],
      [viewer, 'fwb', 2],
    ] as const) {
      must('ip', '-n', name, 'addr', 'add', `192.0.2.${last}/24`, 'dev', device)
      must('ip', '-n', name, 'addr', 'add', `2001:db8:1:2::${last}/64`, 'dev', device, 'nodad')
      must('ip', '-n', name, 'link', 'set', device, 'up')
      must('ip', '-n', name, 'link', 'set', 'lo', 'up')
    } // prettier-ignore
    must('ip', '-n', viewer, 'addr', 'add', '192.0.2.3/24', 'dev', 'fwb')
    const udp = `const u = require('dgram').createSocket('udp6'); u.on('message', (d, from) => u.send('here', from.port, from.address)); u.bind(8080, '::');`
    const code = `${udp} for (const port of [8080, 9090]) require('http').createServer((q, s) => s.end('here')).listen(port, '::'); console.log('ready')`
    server = spawn('ip', ['netns', 'exec', node, process.execPath, '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
    if (server.stdout !== null) await once(server.stdout, 'data')
    firewall = new Firewall({ node: 'a', ports: [8080], noteFile, log, command })
  })
  afterAll(async () => {
    await firewall?.stop()
    server?.kill('SIGKILL')
    for (const name of [node, viewer]) run('ip', 'netns', 'del', name)
    rmSync(folder, { recursive: true, force: true })
  })

  /** What a viewer gets: the answer, or nothing. */
  const ask = (to: string, from: string, port = 8080): string => {
    const code = `const q = require('http').get({ host: '${to}', port: ${port}, localAddress: '${from}', timeout: 1500 }, (a) => a.on('data', (d) => { process.stdout.write(d); process.exit() })); q.on('timeout', () => process.exit()); q.on('error', (e) => { console.log(e.code); process.exit() })`
    return run('ip', 'netns', 'exec', viewer, process.execPath, '-e', code).stdout.trim()
  }
  /** The same by UDP, as HTTP/3 comes. */
  const askUdp = (to: string, from: string): string => {
    const code = `const u = require('dgram').createSocket('udp4'); u.on('message', (d) => { console.log(String(d)); process.exit() }); u.bind(0, '${from}', () => u.send('x', 8080, '${to}')); setTimeout(process.exit, 1500)`
    return run('ip', 'netns', 'exec', viewer, process.execPath, '-e', code).stdout.trim()
  }
  const until = async (look: () => boolean): Promise<void> => {
    for (const end = performance.now() + 20_000; !look(); await delay(50)) expect(performance.now()).toBeLessThan(end)
  }
  const table = () => run('ip', 'netns', 'exec', node, 'nft', 'list', 'ruleset').stdout

  it('drops their packets at the ports of viewers alone, and lets others through', async () => {
    expect([ask('192.0.2.1', '192.0.2.2'), ask('2001:db8:1:2::1', '2001:db8:1:2::2')]).toEqual(['here', 'here'])
    expect(askUdp('192.0.2.1', '192.0.2.2')).toBe('here')
    firewall.set({ allow: [], deny: ['192.0.2.2', '192.0.2.2/31'], blocks: [{ network: '2001:db8:1:2', perSecond: 100, leftS: 600 }] })
    await until(() => table().includes('2001:db8:1:2::/64'))
    expect([ask('192.0.2.1', '192.0.2.2'), ask('2001:db8:1:2::1', '2001:db8:1:2::2'), ask('192.0.2.1', '192.0.2.3')]).toEqual(['', '', ''])
    expect(askUdp('192.0.2.1', '192.0.2.2')).toBe('')
    expect(ask('192.0.2.1', '192.0.2.2', 9090)).toBe('here')
    expect(table()).toMatch(/counter packets [1-9]/)
  })

  it('who is allowed is not dropped, and a block ends by itself', async () => {
    firewall.set({ allow: ['192.0.2.3'], deny: ['192.0.2.0/24'], blocks: [{ network: '2001:db8:1:2', perSecond: 100, leftS: 1 }] })
    await until(() => table().includes('192.0.2.3'))
    expect([ask('192.0.2.1', '192.0.2.3'), ask('192.0.2.1', '192.0.2.2')]).toEqual(['here', ''])
    await until(() => ask('2001:db8:1:2::1', '2001:db8:1:2::2') === 'here')
  })

  it('takes long lists at once, says once where nft cannot be used, and leaves nothing behind', async () => {
    const deny = Array.from({ length: 20_000 }, (_, index) => `10.${(index >> 8) & 255}.${index & 255}.0/24`)
    firewall.set({ allow: [], deny, blocks: [] })
    await until(() => table().includes('10.78.'))
    await firewall.stop()
    expect(table()).not.toContain('ami_streams')
    const without = new Firewall({ node: 'a', ports: [8080], noteFile, log, command: ['/none/nft'] })
    for (const network of ['192.0.2.1', '192.0.2.2']) {
      without.set({ allow: [], deny: [network], blocks: [] })
      await delay(700)
    }
    await without.stop()
    expect(warned).toEqual(['nftables cannot be set: nginx rejects who is denied or blocked by itself'])
  })

  it('removes what a killed run left at other ports, with its first table, or at once where it has no firewall any more', async () => {
    const deny = ['192.0.2.2']
    const killed = new Firewall({ node: 'a', ports: [9090], noteFile, log, command })
    killed.set({ allow: [], deny, blocks: [] })
    await until(() => table().includes(`ami_streams_${ofA}_9090`) && existsSync(noteFile))
    expect(ask('192.0.2.1', '192.0.2.2', 9090)).toBe('')
    const next = new Firewall({ node: 'a', ports: [8080], noteFile, log, command })
    next.set({ allow: [], deny, blocks: [] })
    await until(() => table().includes(`ami_streams_${ofA}_8080`))
    expect(table()).not.toContain('_9090')
    expect(ask('192.0.2.1', '192.0.2.2', 9090)).toBe('here')
    // and that one is killed too
    await new Firewall({ node: 'a', ports: [], noteFile, log, command }).removeFormer()
    expect([table().includes('ami_streams'), existsSync(noteFile)]).toEqual([false, false])
    expect(ask('192.0.2.1', '192.0.2.2')).toBe('here')
    run('ip', 'netns', 'exec', node, 'nft', 'add', 'table', 'inet', 'others')
    writeFileSync(noteFile, 'inet others')
    await new Firewall({ node: 'a', ports: [], noteFile, log, command }).removeFormer()
    expect(table()).toContain('others')
  })

  it('leaves the table of another node at the same ports, and removes one whose name an earlier version made', async () => {
    const state = { allow: [], deny: ['192.0.2.2'], blocks: [] }
    const killed = new Firewall({ node: 'a', ports: [8080], noteFile, log, command })
    killed.set(state)
    await until(() => table().includes(`ami_streams_${ofA}_8080`))
    const other = new Firewall({ node: 'b', ports: [8080], noteFile: join(folder, 'other.txt'), log, command })
    other.set(state)
    await until(() => table().includes(`ami_streams_${ofB}_8080`))
    run('ip', 'netns', 'exec', node, 'nft', 'add', 'table', 'inet', 'ami_streams_8080_8443')
    writeFileSync(noteFile, `${readFileSync(noteFile, 'utf8')}\ninet ami_streams_8080_8443`)
    await new Firewall({ node: 'a', ports: [], noteFile, log, command }).removeFormer()
    expect(table().match(/ami_streams_\w+/g)).toEqual([`ami_streams_${ofB}_8080`])
    expect(ask('192.0.2.1', '192.0.2.2')).toBe('')
    await other.stop()
    expect(table()).not.toContain('ami_streams')
  })
})
