import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readFrames, recordFrames } from './helpers/decode.ts'
import { bootMachine, type Machine, noMachine } from './helpers/machine.ts'
import { installDeb, leftOvers, streamsOf } from './helpers/packaged-program.ts'
import { noPackage, packedDeb } from './helpers/packed.ts'
import { skipBecause } from './helpers/skip.ts'
import { until } from './helpers/until.ts'

const reason = noMachine() ?? noPackage()

/** What an installed program does first. The rest takes minutes: `npm run test:machine`. */
describe('the Debian package in a Debian that has nothing else', () => {
  let machine: Machine
  let url: string
  const folder = mkdtempSync(join(tmpdir(), 'ami-streams-'))

  beforeAll(async () => {
    if (reason !== undefined) return
    const deb = packedDeb()
    machine = await bootMachine()
    await installDeb(machine, deb)
  }, 900_000)
  afterAll(async () => {
    await machine?.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  beforeEach((context) => {
    if (reason !== undefined) skipBecause(context, reason)
  })

  it('runs as a service without rights, whose test stream is watched from outside', async () => {
    const { json } = streamsOf(machine)
    expect(await json(['service', 'status', '--system'])).toMatchObject({ found: true, active: 'inactive', enabled: false })
    expect(await json(['service', 'install', '--system'])).toMatchObject({ active: 'active', enabled: true, changed: false })
    const rating = /exposure level for ami-streams\.service: ([\d.]+)/.exec(
      await machine.do(['systemd-analyze', 'security', '--no-pager', 'ami-streams']),
    )
    expect(Number(rating?.[1])).toBeLessThanOrEqual(2.6)
    await json(['--data', '/var/lib/ami-streams', 'demo'])
    url = `http://127.0.0.1:${await machine.forward(8080)}`
    expect((await fetch(`${url}/studio`)).status).toBe(200)
    await until(async () => (await fetch(`${url}/live/demo/index.m3u8`)).ok, 'a playlist')
    const file = join(folder, 'watched.mkv')
    await recordFrames(`${url}/live/demo/index.m3u8`, file, 60)
    const numbers = (await readFrames(file)).flatMap(({ code }) => code?.frame ?? [])
    expect(numbers.length).toBeGreaterThan(50)
    // A busy machine leaves out frames of the test stream; none comes twice or out of order.
    for (const [index, number] of numbers.slice(1).entries()) expect(number, numbers.join(' ')).toBeGreaterThan(numbers[index]!)
  })

  it('starts programs of displays as users whom root allows, by its helper, and says what is missing', async () => {
    const create = async (): Promise<{ code: string; detail: string }> => {
      const headers = { 'content-type': 'application/json' }
      const body = JSON.stringify({ user: 'anna', command: null })
      return (await fetch(`${url}/api/v1/desktop/displays`, { method: 'POST', headers, body })).json() as never
    }
    await machine.do(['useradd', '--create-home', 'anna'])
    expect((await create()).code).toBe('desktop.user_helper_missing')
    await machine.do(['systemctl', 'enable', '--now', 'ami-streams-sessions.socket'])
    const denied = await create()
    expect([denied.code, denied.detail]).toEqual([
      'desktop.user_denied',
      expect.stringContaining('anna is not in /etc/ami-streams/sessions'),
    ])
    await machine.do(['sh', '-c', 'echo anna >>/etc/ami-streams/sessions'])
    await machine.do(['chage', '--expiredate', '1', 'anna'])
    expect((await create()).detail).toContain('the account of anna may not be used now')
    await machine.do(['chage', '--expiredate', '-1', 'anna'])
    // A Debian this small has no X server: who says so is a process of anna.
    expect((await create()).code).toBe('desktop.server_missing')
    const owner = 'stat -c "%U %a" "/run/ami-streams-sessions/$(id -u anna)"; stat -c %U /proc/[0-9]*/cwd 2>/dev/null | grep -c anna'
    expect(await machine.do(['sh', '-c', owner])).toMatch(/^anna 700\n[1-9]\d*\n$/)
    expect((await machine.run(['/usr/lib/ami-streams/ami-streams-sessions'], 'anna')).errors).toContain('only root can start')
  })

  it('is removed with its service, keeps the data, and leaves nothing once it is purged', async () => {
    await machine.do(['dpkg', '--remove', 'ami-streams'])
    expect((await machine.run(['systemctl', 'is-active', 'ami-streams'])).out.trim()).toBe('inactive')
    expect(await leftOvers(machine)).toContain('var/lib/ami-streams/streams.db')
    await machine.do(['dpkg', '--purge', 'ami-streams'])
    expect(await leftOvers(machine)).toEqual([])
  })
})
