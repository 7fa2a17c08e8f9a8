import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { bootMachine, type Machine, noMachine } from '../helpers/machine.ts'
import { type Streams, streamsOf } from '../helpers/packaged-program.ts'
import { root } from '../helpers/paths.ts'
import { skipBecause } from '../helpers/skip.ts'

const reason = noMachine()
const node = '/opt/node'
const system = '/var/lib/ami-streams'

/** Of a program that no package brought: the command writes the unit itself. */
describe('the service of a program in a folder', () => {
  let machine: Machine
  let program: Streams
  const json: Streams['json'] = (args, as) => program.json(args, as)
  const unit = 'etc/systemd/system/ami-streams.service'

  beforeAll(async () => {
    if (reason !== undefined) return
    machine = await bootMachine({ '/opt/ami-streams': root, [node]: process.execPath })
    program = streamsOf(machine, [node, '/opt/ami-streams/bin/streams.mjs'])
    await machine.addUser('tester')
  })
  afterAll(() => machine?.stop())
  beforeEach((context) => {
    if (reason !== undefined) skipBecause(context, reason)
  })

  it('of the machine is installed once and again, without rights, by root alone', async () => {
    expect((await json(['service', 'install', '--system'], 'tester')).error.code).toBe('service.not_permitted')
    expect((await json(['service', 'remove', '--system'])).error.code).toBe('service.not_installed')
    const first = await json(['service', 'install', '--system'])
    expect(first).toMatchObject({
      active: 'active',
      enabled: true,
      dataDir: system,
      changed: true,
      journal: 'journalctl --unit ami-streams',
    })
    expect(await json(['service', 'install', '--system'])).toMatchObject({ pid: first.pid, changed: false })
    const status = readFileSync(`/proc/${await hostPid()}/status`, 'latin1')
    expect(status).toMatch(/^NoNewPrivs:\s1$/m)
    expect(status).toMatch(/^CapBnd:\s0+$/m)
    expect(status).not.toMatch(/^Uid:\s0/m)
    expect(await json(['--data', system, 'status'])).toMatchObject({ status: 'ok', journal: 'journalctl --unit ami-streams' })
  })

  it('keeps one socket of each listener over restarts, and leaves those that options give up', async () => {
    writeFileSync(join(machine.root, 'etc/default/ami-streams'), 'STREAMS_RTMP_PORT=1945\nSTREAMS_HTTPS_PORT=off\n')
    await json(['service', 'restart', '--system'])
    const tcp = readFileSync(`/proc/${await hostPid()}/net/tcp`, 'latin1')
    const listens = (port: number): boolean => tcp.includes(`0100007F:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 0A`)
    expect([1935, 8443, 1945, 8080, 1936].map(listens)).toEqual([false, false, true, true, true])
  })

  it('says what is wrong with a socket that a socket unit passes', async () => {
    const folder = join(machine.root, 'etc/systemd/system')
    const passed = '[Socket]\nListenStream=127.0.0.1:8099\nFileDescriptorName=web\nService=ami-streams.service\n'
    writeFileSync(join(folder, 'ami-web.socket'), passed)
    await machine.do(['systemctl', 'daemon-reload'])
    await machine.do(['systemctl', 'stop', 'ami-streams'])
    await machine.do(['systemctl', 'start', 'ami-web.socket'])
    expect((await json(['service', 'restart', '--system'])).error.code).toBe('service.failed')
    expect(await machine.do(['journalctl', '--unit', 'ami-streams', '--no-pager', '-o', 'cat'])).toContain(
      'The service manager passed a socket named "web": the names are http, https, rtmp, rtmps, srt',
    )
    await machine.do(['systemctl', 'stop', 'ami-web.socket', 'ami-streams'])
    writeFileSync(join(folder, 'ami-web.socket'), passed.replace('=web', '=http'))
    await machine.do(['systemctl', 'daemon-reload'])
    await machine.do(['systemctl', 'reset-failed', 'ami-streams'])
    await machine.do(['systemctl', 'start', 'ami-web.socket', 'ami-streams'])
    expect((await json(['--data', system, 'status'])).host.addresses.url).toBe('http://127.0.0.1:8099')
  })

  it('is not replaced or removed where its unit was changed by hand, and is removed but for its data', async () => {
    const file = join(machine.root, unit)
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, text.replace('RestartSec=1', 'RestartSec=7'))
    for (const command of ['install', 'remove']) expect((await json(['service', command, '--system'])).error.code).toBe('service.changed')
    writeFileSync(file, text)
    expect(await json(['service', 'remove', '--system'])).toEqual({ scope: 'system', dataDir: system })
    expect([existsSync(file), existsSync(join(machine.root, system, 'streams.db'))]).toEqual([false, true])
    expect(await json(['service', 'status', '--system'])).toMatchObject({ found: false, active: 'inactive', enabled: false })
  })

  it('of a user starts with them, and keeps their data', async () => {
    const installed = await json(['service', 'install'], 'tester')
    expect(installed).toMatchObject({ scope: 'user', active: 'active', enabled: true, lingers: true })
    expect(await json(['status'], 'tester')).toMatchObject({ status: 'ok', journal: 'journalctl --user --unit ami-streams' })
    const { host } = await json(['status'], 'tester')
    expect((await json(['service', 'restart'], 'tester')).active).toBe('active')
    expect((await json(['status'], 'tester')).host.run).not.toBe(host.run)
    expect((await json(['service', 'remove'], 'tester')).dataDir).toBe('/home/tester/.local/share/ami-streams')
    expect(existsSync(join(machine.root, 'home/tester/.local/share/ami-streams/streams.db'))).toBe(true)
    expect((await json(['service', 'install'], 'nobody')).error.code).toBe('service.unavailable')
  })

  /** The host's process, numbered as this machine does. */
  async function hostPid(): Promise<number> {
    const inside = (await json(['--data', system, 'status'])).host.pid as number
    return outsidePid(inside, (await machine.do(['readlink', `/proc/${inside}/ns/pid`])).trim())
  }
})

/** The number that a process of another namespace has in this one. */
function outsidePid(inside: number, namespace: string): number {
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      if (readlinkSync(`/proc/${name}/ns/pid`) !== namespace) continue
      const numbers = /^NSpid:\s+(.+)$/m.exec(readFileSync(`/proc/${name}/status`, 'latin1'))?.[1]?.split(/\s+/) ?? []
      if (Number(numbers.at(-1)) === inside) return Number(name)
    } catch {
      // It ended meanwhile.
    }
  }
  throw new Error(`process ${inside} of the machine was not found`)
}
