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
    const url = `http://127.0.0.1:${await machine.forward(8080)}`
    expect((await fetch(`${url}/studio`)).status).toBe(200)
    await until(async () => (await fetch(`${url}/live/demo/index.m3u8`)).ok, 'a playlist')
    const file = join(folder, 'watched.mkv')
    await recordFrames(`${url}/live/demo/index.m3u8`, file, 60)
    const numbers = (await readFrames(file)).flatMap(({ code }) => code?.frame ?? [])
    expect(numbers.length).toBeGreaterThan(50)
    // A busy machine leaves out frames of the test stream; none comes twice or out of order.
    for (const [index, number] of numbers.slice(1).entries()) expect(number, numbers.join(' ')).toBeGreaterThan(numbers[index]!)
  })

  it('is removed with its service, keeps the data, and leaves nothing once it is purged', async () => {
    await machine.do(['dpkg', '--remove', 'ami-streams'])
    expect((await machine.run(['systemctl', 'is-active', 'ami-streams'])).out.trim()).toBe('inactive')
    expect(await leftOvers(machine)).toContain('var/lib/ami-streams/streams.db')
    await machine.do(['dpkg', '--purge', 'ami-streams'])
    expect(await leftOvers(machine)).toEqual([])
  })
})
