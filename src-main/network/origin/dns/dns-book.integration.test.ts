import { execFileSync, spawnSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { pino } from 'pino'
import Value from 'typebox/value'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { countryDatabase } from '../../../../e2e/helpers/country-database.ts'
import type { NetworkNode } from '../nodes/node-schemas.ts'
import { DnsBook } from './dns-book.ts'
import { type DnsSettings, DnsSettingsSchema } from './dns-schemas.ts'

const has = (name: string): boolean =>
  spawnSync(name, ['-V'], { env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` } }).error === undefined
const missing = ['knotd', 'knotc', 'kdig'].filter((name) => !has(name))
if (missing.length > 0) process.stdout.write(`DNS is not tested: ${missing.join(', ')} missing (knot, knot-module-geoip, knot-dnsutils)\n`)

/** A port for UDP and TCP, of those that connections of other programs are not given meanwhile. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000)
    const udp = createSocket('udp4').bind(port, '127.0.0.1')
    const tcp = createServer().listen(port, '127.0.0.1')
    const bound = await Promise.all([once(udp, 'listening'), once(tcp, 'listening')]).then(
      () => true,
      () => false,
    )
    udp.close()
    tcp.close()
    if (bound) return port
  }
}

async function until(look: () => unknown, what: string): Promise<void> {
  for (const end = performance.now() + 20_000; !(await look()); await delay(20))
    if (performance.now() > end) throw new Error(`not within 20 s: ${what}`)
}

describe.skipIf(missing.length > 0)('the zone of nodes', () => {
  let folder: string
  let port: number
  let weights: Record<string, number>
  const books: DnsBook[] = []

  const names: Readonly<Record<string, string>> = { berlin: '192.0.2.10', madrid: '192.0.2.20', tokyo: '192.0.2.30' }
  const settings = (changes: Partial<DnsSettings> = {}): DnsSettings => ({
    ...(Value.Create(DnsSettingsSchema) as DnsSettings),
    ...{ enabled: true, zone: 'cdn.test', listen: [{ address: '127.0.0.1', port }], geoFile: join(folder, 'countries.txt') },
    nodes: [
      { id: 'berlin', country: 'DE', addresses: [], weight: 100 },
      { id: 'madrid', country: 'ES', addresses: ['192.0.2.20', '2001:db8::20'], weight: 100 },
      { id: 'tokyo', country: 'JP', addresses: [], weight: 100 },
    ],
    ...changes,
  })

  async function openBook(stored?: DnsSettings): Promise<DnsBook> {
    const book = await DnsBook.open({
      store: { read: async () => stored, write: async () => undefined },
      folder: join(folder, 'dns'),
      nodes: () => Object.entries(names).map(([id, ip]) => ({ id, name: id, publicUrl: `https://${ip}`, draining: false }) as NetworkNode),
      healthy: () =>
        Object.entries(weights).map(([id, weight]) => ({ id, url: `https://${names[id]}`, region: null, weight, draining: false })),
      events: { publish: () => undefined },
      audit: { record: () => undefined },
      log: pino({ enabled: false }),
      now: Date.now,
    })
    books.push(book)
    return book
  }

  const dig = (...args: string[]): string =>
    execFileSync('kdig', ['@127.0.0.1', '-p', String(port), '+retry=0', '+timeout=2', ...args], { encoding: 'utf8' })
  const answer = (subnet: string, type = 'A'): string[] =>
    dig('+short', `+subnet=${subnet}`, type, 'live.cdn.test').split('\n').filter(Boolean)

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ami-dns-'))
    port = await freePort()
    weights = { berlin: 100, madrid: 100, tokyo: 100 }
    writeFileSync(join(folder, 'countries.txt'), '10.1.0.0/16 PL # nearest to Berlin\n10.2.0.0/16 PT\n10.3.0.0/16 KR\n2001:db8:1::/48 PT\n')
  })
  afterEach(async () => {
    for (const book of books.splice(0)) await book.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  it('names the nearest healthy node by the client subnet, signed, and others as soon as it is gone', async () => {
    const book = await openBook()
    await book.change(settings(), 'admin')
    expect([answer('10.1.2.0/24'), answer('10.2.2.0/24'), answer('10.3.2.0/24')]).toEqual([['192.0.2.10'], ['192.0.2.20'], ['192.0.2.30']])
    expect(answer('2001:db8:1:2::/64', 'AAAA')).toEqual(['2001:db8::20'])
    // nobody knows where that is
    expect(answer('10.9.0.0/24').sort()).toEqual(['192.0.2.10', '192.0.2.20', '192.0.2.30'])
    const signed = dig('+dnssec', '+subnet=10.1.2.0/24', 'A', 'live.cdn.test')
    expect(signed).toMatch(/live\.cdn\.test\.\s+60\s+IN\s+RRSIG\s+A 13 3 60 /)
    expect(signed).toMatch(/CLIENT-SUBNET: 10\.1\.2\.0\/24\/16/)
    expect(book.state.ds[0]).toMatch(/cdn\.test\. DS \d+ 13 2 /)
    weights = { madrid: 100, tokyo: 100 }
    book.refresh()
    await until(() => answer('10.1.2.0/24').join() === '192.0.2.20', 'the next nearest')
    expect(book.state.left).toEqual([{ id: 'berlin', name: 'berlin', why: 'It is away' }])
    // with no node at all the last answers go on
    weights = {}
    book.refresh()
    await delay(300)
    expect(answer('10.1.2.0/24')).toEqual(['192.0.2.20'])
  })

  it("answers by the countries of a database in MaxMind's format, which Knot reads itself", async () => {
    const geoFile = join(folder, 'countries.mmdb')
    writeFileSync(geoFile, countryDatabase({ '10.1.0.0/16': 'PL', '10.2.0.0/16': 'PT', '10.3.0.0/17': 'KR', '2001:db8:1::/48': 'PT' }))
    const book = await openBook()
    await book.change(settings({ geoFile }), 'admin')
    expect([answer('10.1.2.0/24'), answer('10.2.2.0/24'), answer('10.3.2.0/24')]).toEqual([['192.0.2.10'], ['192.0.2.20'], ['192.0.2.30']])
    expect(answer('2001:db8:1:2::/64', 'AAAA')).toEqual(['2001:db8::20'])
    // nobody knows where that is
    for (const subnet of ['10.9.0.0/24', '10.3.200.0/24']) expect(answer(subnet).sort()).toEqual(['192.0.2.10', '192.0.2.20', '192.0.2.30'])
    expect(dig('+dnssec', '+subnet=10.1.2.0/24', 'A', 'live.cdn.test')).toMatch(/live\.cdn\.test\.\s+60\s+IN\s+RRSIG\s+A 13 3 60 /)
    weights = { madrid: 100, tokyo: 100 }
    book.refresh()
    await until(() => answer('10.1.2.0/24').join() === '192.0.2.20', 'the next nearest')
  })

  it('keeps answering without its host, and is adopted by the next one', async () => {
    const first = await openBook()
    await first.change(settings(), 'admin')
    const pid = readFileSync(join(folder, 'dns/knot.pid'), 'utf8')
    books.splice(0)
    weights = {}
    const next = await openBook(settings())
    next.refresh()
    await until(() => next.state.running, 'the next host to find Knot')
    expect(answer('10.1.2.0/24')).toEqual(['192.0.2.10'])
    weights = { tokyo: 100 }
    next.refresh()
    await until(() => answer('10.1.2.0/24').join() === '192.0.2.30', 'what the next host says')
    expect(readFileSync(join(folder, 'dns/knot.pid'), 'utf8')).toBe(pid)
    process.kill(Number(pid), 'SIGKILL')
    await until(() => {
      next.refresh()
      return existsSync(join(folder, 'dns/knot.pid')) && readFileSync(join(folder, 'dns/knot.pid'), 'utf8') !== pid
    }, 'another Knot')
    await until(() => answer('10.1.2.0/24').join() === '192.0.2.30', 'its answers')
  })

  it('rejects settings that Knot cannot use, and goes on with those before', async () => {
    const book = await openBook()
    await book.change(settings(), 'admin')
    const rejected = async (changes: Partial<DnsSettings>): Promise<string> =>
      book.change(settings(changes), 'admin').then(
        () => 'accepted',
        (error: Error) => error.message,
      )
    expect(await rejected({ geoFile: '/nowhere/countries.txt' })).toContain('/nowhere/countries.txt')
    expect(await rejected({ geoFile: '/etc/hostname.mmdb' })).not.toBe('accepted')
    writeFileSync(join(folder, 'wrong.txt'), '10.0.0.0/8 DE\nnothing\n')
    expect(await rejected({ geoFile: join(folder, 'wrong.txt') })).toContain('line 2')
    expect(await rejected({ listen: [{ address: '::::', port: 53 }] })).toContain('::::')
    expect(answer('10.1.2.0/24')).toEqual(['192.0.2.10'])
    const taken = createSocket('udp4').bind(0, '127.0.0.1')
    await once(taken, 'listening')
    expect(await rejected({ listen: [{ address: '127.0.0.1', port: taken.address().port }] })).toMatch(/address already in use/)
    taken.close()
    expect(answer('10.1.2.0/24')).toEqual(['192.0.2.10'])
  })

  it('answers bad queries as the standard says, and lets nobody copy it without the key', async () => {
    const book = await openBook()
    await book.change(settings(), 'admin')
    const status = (text: string): string => /status: (\w+)/.exec(text)?.[1] ?? text
    expect(status(dig('A', 'other.test'))).toBe('REFUSED')
    expect(status(dig('A', 'nothing.cdn.test'))).toBe('NXDOMAIN')
    expect(status(dig('MX', 'live.cdn.test'))).toBe('NOERROR')
    const socket = createSocket('udp4')
    for (const bytes of [Buffer.alloc(0), Buffer.from('nonsense'), Buffer.alloc(600, 0xff)]) socket.send(bytes, port, '127.0.0.1')
    expect(answer('10.1.2.0/24')).toEqual(['192.0.2.10'])
    socket.close()
    const copy = (...key: string[]) =>
      spawnSync('kdig', ['@127.0.0.1', '-p', String(port), '+tcp', ...key, 'AXFR', 'cdn.test'], { encoding: 'utf8' }).stdout
    expect(copy()).not.toContain('192.0.2.10')
    const secret = readFileSync(join(folder, 'dns/tsig'), 'utf8').trim()
    expect(copy('-y', `hmac-sha256:ami-streams:${secret}`)).toContain('192.0.2.10')
  })
})
