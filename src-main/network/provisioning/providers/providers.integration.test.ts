import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { commandProvider, listProgramNames } from './command-provider.ts'
import { hetznerProvider } from './hetzner-provider.ts'
import { ProviderBook } from './provider-book.ts'
import { type HetznerDouble, startHetznerDouble } from './testing/hetzner-double.ts'

const soon = (): AbortSignal => AbortSignal.timeout(20_000)
const order = { name: 'edge-a', size: 'cx22', region: 'fsn1', userData: '#!/bin/sh\necho \'it $(works) "\n' }

describe('a program of the operator as a provider', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'providers-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))
  const write = (name: string, text: string, mode = 0o700): void => {
    writeFileSync(join(folder, name), text)
    chmodSync(join(folder, name), mode)
  }
  const provider = (script: string) => {
    write('rent', `#!/bin/sh\n${script}\n`)
    return commandProvider(folder, 'rent', 'owner1')
  }

  it('gets the order as JSON, and nothing of it in arguments or in the environment', async () => {
    process.env.SECRET_OF_THE_HOST = 'not for programs'
    const made = provider(
      `cat > got.json; echo "$@" > args; env > env; echo '{"id":"7","name":"edge-a","addresses":["192.0.2.7"],"more":1}'`,
    )
    expect(await made.create(order, soon())).toEqual({ id: '7', name: 'edge-a', addresses: ['192.0.2.7'] })
    expect(JSON.parse(readFileSync(join(folder, 'got.json'), 'utf8'))).toEqual({ owner: 'owner1', ...order })
    expect(readFileSync(join(folder, 'args'), 'utf8')).toBe('create\n')
    expect(readFileSync(join(folder, 'env'), 'utf8')).not.toContain('SECRET_OF_THE_HOST')
  })

  it('lists, and destroys', async () => {
    const made = provider(`case $1 in list) echo '{"machines":[{"id":"7","name":"a","addresses":[]}]}' ;; destroy) cat > gone ;; esac`)
    expect(await made.list(soon())).toEqual([{ id: '7', name: 'a', addresses: [] }])
    await made.destroy('7', soon())
    expect(readFileSync(join(folder, 'gone'), 'utf8')).toBe('{"owner":"owner1","id":"7"}')
  })

  it.each([
    ['echo no', 'is not JSON', 'network.provider_failed'],
    [`echo '{"id":7,"name":"a","addresses":[]}'`, '/id', 'network.provider_failed'],
    [`echo '{"id":"7;rm","name":"a","addresses":[]}'`, '/id', 'network.provider_failed'],
    ['echo out of stock >&2; exit 3', 'ended with 3: out of stock', 'network.provider_rejected'],
    ['echo broken >&2; exit 1', 'ended with 1: broken', 'network.provider_failed'],
    ['head -c 2000000 /dev/zero', 'more than 1 MiB', 'network.provider_failed'],
  ])('%s: says what is wrong', async (script, message, code) => {
    await expect(provider(script).create(order, soon())).rejects.toMatchObject({ code, message: expect.stringContaining(message) })
  })

  it('ends a program that hangs, with what it has started', async () => {
    const made = provider('sleep 300 & echo $! > child.new; mv child.new child; wait')
    const patience = new AbortController()
    const listed = expect(made.list(patience.signal)).rejects.toMatchObject({ code: 'network.provider_failed' })
    await expect.poll(() => existsSync(join(folder, 'child')), { timeout: 30_000 }).toBe(true)
    const child = Number(readFileSync(join(folder, 'child'), 'utf8'))
    expect(isRunning(child)).toBe(true)
    patience.abort()
    await listed
    await expect.poll(() => isRunning(child), { timeout: 30_000 }).toBe(false)
  })

  it('waits for nobody who has its output open still, in a session of its own', async () => {
    const left = provider('setsid sleep 60 & echo $! > child; echo \'{"machines":[]}\'')
    expect(await left.list(soon())).toEqual([])
    const hung = provider('setsid sleep 60 & echo $! >> child; wait')
    await expect(hung.list(AbortSignal.timeout(1000))).rejects.toThrow('did not end in time')
    for (const pid of readFileSync(join(folder, 'child'), 'utf8').trim().split('\n')) process.kill(Number(pid), 'SIGKILL')
  }, 10_000)

  it('is changed only where it has the machines that are known', async () => {
    const list = (id: string) => `#!/bin/sh\ncase $1 in offers) echo '{"currency":"EUR","regions":[],"sizes":[]}' ;;
      list) echo '{"machines":[{"id":"${id}","name":"m${id}","addresses":[]}]}' ;; esac\n`
    write('one', list('1'))
    write('same', list('1'))
    write('two', list('2'))
    const audited: string[] = []
    const book = await ProviderBook.open({
      store: { providers: async () => [], saveProvider: async () => undefined, removeProvider: async () => undefined },
      ...{ folder, owner: 'owner1', events: { publish: () => undefined }, now: Date.now },
      audit: { record: (entry) => void audited.push(JSON.stringify(entry)) },
    })
    const set = (program: string, known: readonly { name: string; providerId: string | null }[]) =>
      book.set('mine', { kind: 'command', program, maxMachines: 3, maxPerHour: 1 }, 'admin', () => known)
    const known = [{ name: 'm1', providerId: '1' }]
    await set('one', [])
    await expect(set('two', known)).rejects.toMatchObject({ code: 'network.provider_in_use', message: expect.stringContaining('m1') })
    expect(book.settingsOf('mine')).toMatchObject({ program: 'one' })
    // An order that is under way is not there yet.
    await expect(set('same', [...known, { name: 'm9', providerId: null }])).rejects.toMatchObject({ code: 'network.provider_in_use' })
    await set('same', known)
    await set('two', [])
    expect(book.settingsOf('mine')).toMatchObject({ program: 'two' })
    expect(audited.join()).not.toContain('mine')
  })

  it('runs no file elsewhere, no link, nothing that others can write, nothing that is not executable', async () => {
    write('shared', '#!/bin/sh\n', 0o722)
    write('text', 'words', 0o600)
    symlinkSync('/bin/sh', join(folder, 'link'))
    write('good', '#!/bin/sh\n')
    expect(await listProgramNames(folder)).toEqual(['good'])
    for (const name of ['shared', 'text', 'link', 'missing', '../good', '/bin/sh'])
      await expect(commandProvider(folder, name, 'o').list(soon()), name).rejects.toMatchObject({ code: 'network.provider_invalid' })
  })
})

const isRunning = (pid: number): boolean => {
  try {
    // A zombie whose parent does not wait has ended.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

describe('Hetzner Cloud, as it documents its API', () => {
  let hetzner: HetznerDouble
  beforeAll(async () => {
    hetzner = await startHetznerDouble('token-1')
  })
  afterAll(() => hetzner.close())
  const provider = (owner = 'owner1', token = 'token-1') => hetznerProvider(token, owner, hetzner.url)

  it('shows all pages of sizes with prices, without those that end', async () => {
    const { currency, regions, sizes } = await provider().offers(soon())
    expect([currency, regions.map(({ name }) => name), sizes.length]).toEqual(['EUR', ['fsn1', 'ash'], 62])
    expect(sizes.find(({ name }) => name === 'cax11')).toEqual({
      ...{ name: 'cax11', description: 'CAX11', architecture: 'arm64', cpus: 2, memoryMb: 4096 },
      prices: [{ region: 'fsn1', perHour: 0.00595 }],
    })
    expect(sizes.some(({ name }) => name === 'cx11')).toBe(false)
  })

  it('creates, lists by label and destroys, also what is gone', async () => {
    const made = await provider().create(order, soon())
    expect(made).toEqual({ id: '42', name: 'edge-a', addresses: ['198.51.100.42', '2001:db8:42::1'] })
    expect(hetzner.servers.get(42)).toMatchObject({ userData: order.userData, labels: { 'ami-streams-owner': 'owner1' } })
    expect(await provider().list(soon())).toEqual([made])
    expect(await provider('another').list(soon())).toEqual([])
    await provider().destroy('42', soon())
    await provider().destroy('42', soon())
    expect(hetzner.servers.size).toBe(0)
  })

  it('says what it said where it rejects', async () => {
    const rejected = (message: string) => ({ code: 'network.provider_rejected', message: expect.stringContaining(message) })
    await expect(provider('o', 'token-2').list(soon())).rejects.toMatchObject(rejected('unable to authenticate (unauthorized)'))
    await expect(provider().create({ ...order, size: 'none' }, soon())).rejects.toMatchObject(rejected('server type "none" not found'))
    await expect(provider().create({ ...order, userData: 'x'.repeat(40_000) }, soon())).rejects.toMatchObject(rejected('32 KiB'))
  })

  it('does not know what became of an order where it fails, and waits where it was too fast', async () => {
    hetzner.faults.push({ status: 503, body: null })
    await expect(provider().create(order, soon())).rejects.toMatchObject({ code: 'network.provider_failed' })
    hetzner.faults.push({ status: 201, body: { server: {} } })
    await expect(provider().create(order, soon())).rejects.toThrow('otherwise than documented')
    hetzner.faults.push(hetzner.error(429, 'rate_limit_exceeded', 'too many requests'))
    expect(await provider().list(soon())).toEqual([])
    await expect(hetznerProvider('t', 'o', 'http://127.0.0.1:1').list(soon())).rejects.toThrow('cannot be reached')
  })
})
