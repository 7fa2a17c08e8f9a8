import { expect, it, vi } from 'vitest'
import { AppError } from '../../../platform/errors.ts'
import type { NetworkNode } from '../../origin/nodes/node-schemas.ts'
import { CloudMachines } from './cloud-machines.ts'
import type { MachineOrder, Provider, ProviderMachine } from './provider.ts'
import type { MachineWish } from './provider-schemas.ts'
import type { StoredCloudMachine } from './provider-store.ts'

const wish: MachineWish = {
  ...{ provider: 'double', size: 'small', region: 'North 1', httpPort: 80, httpsPort: 'off', cache: false, cacheSize: '10G' },
  ...{ publicUrl: 'http://{ip-dashes}.example:81', group: null },
}

/** A provider in memory, and the records that a restart finds. */
async function world({ maxMachines = 3, maxPerHour = 10, stored = new Map<string, StoredCloudMachine>() } = {}) {
  let nowMs = 1_000_000_000
  const there = new Map<string, ProviderMachine>()
  const nodes = new Map<string, Partial<NetworkNode> & { id: string; name: string; connected: boolean }>()
  const joined = new Map<string, string>()
  const busy: string[] = []
  const audited: string[] = []
  const deletedTokens: string[] = []
  const reply: { create?: () => Promise<void>; list?: () => void; destroy?: () => void; change?: () => void } = {}
  const provider: Provider = {
    offers: async () => ({
      currency: 'EUR',
      regions: [{ name: 'North 1', description: '' }],
      sizes: [
        { name: 'small', description: '', architecture: 'x64', cpus: 1, memoryMb: 1024, prices: [{ region: 'North 1', perHour: 4 }] },
      ],
    }),
    list: async () => {
      reply.list?.()
      return [...there.values()]
    },
    create: async ({ name }: MachineOrder) => {
      const machine = { id: `p-${name}`, name, addresses: ['192.0.2.7', '2001:db8::1'] }
      await reply.create?.()
      there.set(machine.id, machine)
      return machine
    },
    destroy: async (id) => {
      reply.destroy?.()
      there.delete(id)
    },
  }
  const machines = await CloudMachines.open({
    store: {
      machines: async () => [...stored.values()],
      saveMachine: async (machine) => void stored.set(machine.id, structuredClone(machine)),
      removeMachine: async (id) => void stored.delete(id),
    },
    providers: {
      of: () => provider,
      offers: () => provider.offers(new AbortController().signal),
      settingsOf: () => ({ name: 'double', kind: 'command', program: 'p', maxMachines, maxPerHour }),
      list: () => [{ name: 'double', kind: 'command', program: 'p', maxMachines, maxPerHour }],
    },
    nodes: {
      list: () => [...nodes.values()] as NetworkNode[],
      find: (id) => nodes.get(id) as NetworkNode | undefined,
      joinedWith: (token) => joined.get(token),
      change: async (id, changes) => {
        reply.change?.()
        return Object.assign(nodes.get(id) as object, changes) as NetworkNode
      },
      deleteToken: async (token) => void deletedTokens.push(token),
      revoke: async (id) => void nodes.delete(id),
      setBusy: (id) => void busy.push(id),
    },
    makeUserData: async ({ name }) => ({ userData: `# ${name}`, token: `token of ${name}` }),
    hasGroup: () => false,
    isRouting: () => false,
    events: { publish: () => undefined },
    audit: { record: (entry) => void audited.push(JSON.stringify(entry)) },
    log: { warn: () => undefined, error: () => undefined } as never,
    now: () => nowMs,
  })
  const order = () => machines.order(wish, 'https://live.example', 'operator', 'admin')
  const settled = async (state: string | undefined) => {
    await vi.waitFor(() => expect(machines.list()[0]?.state).toBe(state))
    // what was being done has ended
    await new Promise((resolve) => setImmediate(resolve))
  }
  const join = (name: string) => {
    nodes.set('node-1', { id: 'node-1', name, connected: true })
    joined.set(`token of ${name}`, 'node-1')
  }
  const pass = (ms: number) => {
    nowMs += ms
    return machines.tick()
  }
  return { machines, there, nodes, busy, reply, stored, order, settled, join, pass, audited, deletedTokens }
}

it('a machine that is ordered becomes a node with its URL, and leaves nothing when it is destroyed', async () => {
  const { machines, there, nodes, busy, stored, order, settled, join, pass } = await world()
  const { id, name } = await order()
  expect(name).toMatch(/^edge-north-1-[0-9a-f]{8}$/)
  await settled('booting')
  join(name)
  await pass(2000)
  expect(machines.list()[0]).toMatchObject({ state: 'ready', nodeId: 'node-1', perHour: 4 })
  expect(nodes.get('node-1')).toMatchObject({ publicUrl: 'http://192-0-2-7.example:81' })
  await machines.destroy(id, 1, 'admin')
  await settled(undefined)
  expect([busy, there.size, nodes.size, stored.size]).toEqual([['node-1'], 0, 0, 0])
})

it('orders no machine above the limit and the budget', async () => {
  const few = await world({ maxMachines: 1 })
  await few.order()
  await expect(few.order()).rejects.toThrow('There are 1 machines, and 1 are allowed')
  const poor = await world({ maxPerHour: 7.9 })
  await poor.order()
  await expect(poor.order()).rejects.toThrow('would cost 8.0000 an hour, and the budget is 7.9')
  expect(poor.stored.size).toBe(1)
  const both = await world({ maxMachines: 1 })
  expect((await Promise.allSettled([both.order(), both.order()])).map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
})

it('an order that the provider rejects ends with what it said', async () => {
  const { machines, reply, order, settled, stored, audited, deletedTokens } = await world()
  reply.create = async () => {
    throw new AppError('network.provider_rejected', 'limit of servers reached')
  }
  const { id, name } = await order()
  await settled('ended')
  // Viewers read the audit log; and the token would be valid for an hour.
  expect(audited.join()).toContain('network.provider_rejected')
  expect(audited.join()).not.toMatch(/limit of servers|double|EUR/)
  expect(deletedTokens).toEqual([`token of ${name}`])
  expect(machines.list()[0]?.error).toMatchObject({
    code: 'network.provider_rejected',
    message: expect.stringContaining('limit of servers'),
  })
  expect(machines.at('double')).toEqual({ machines: 0, perHour: 0 })
  await machines.destroy(id, 0, 'admin')
  expect([machines.list(), stored.size]).toEqual([[], 0])
})

it('an order without an answer that was carried out all the same is found by its name and destroyed', async () => {
  const { machines, there, reply, order, settled, pass } = await world()
  reply.create = async () => {
    throw new AppError('network.provider_failed', 'no answer')
  }
  const { name } = await order()
  await settled('failed')
  // It is counted until nobody can have made it any more.
  expect(machines.at('double').machines).toBe(1)
  there.set('late', { id: 'late', name, addresses: [] })
  await pass(61_000)
  await settled('ended')
  expect(there.size).toBe(0)
})

it('a machine whose node does not come is destroyed, however often that fails', async () => {
  const { machines, there, reply, order, settled, pass } = await world()
  await order()
  await settled('booting')
  reply.destroy = () => {
    throw new AppError('network.provider_failed', 'it is down')
  }
  await pass(16 * 60_000)
  await settled('failed')
  await pass(61_000)
  await pass(61_000)
  expect([machines.list()[0]?.state, there.size]).toEqual(['failed', 1])
  await expect(machines.unlist('none', 'admin')).rejects.toThrow('There is no machine')
  delete reply.destroy
  await pass(61_000)
  await settled('ended')
  expect(there.size).toBe(0)
  expect(machines.list()[0]?.error?.message).toContain('did not connect within 15 minutes')
})

it('a host that dies while it orders finds the machine at the next start, and destroys it', async () => {
  const before = await world()
  const hung = Promise.withResolvers<void>()
  before.reply.create = () => hung.promise
  const { name } = await before.order()
  const after = await world({ stored: before.stored })
  after.there.set('p', { id: 'p', name, addresses: [] })
  expect(after.machines.list()[0]?.state).toBe('failed')
  await after.pass(0)
  await after.settled('ended')
  expect(after.there.size).toBe(0)
  hung.resolve()
})

it('a machine that joins after a restart is found by its name; one that was draining is destroyed', async () => {
  const before = await world()
  const { name } = await before.order()
  await before.settled('booting')
  const after = await world({ stored: structuredClone(before.stored) })
  after.nodes.set('node-9', { id: 'node-9', name, connected: true })
  await after.pass(0)
  expect(after.machines.list()[0]).toMatchObject({ state: 'ready', nodeId: 'node-9' })
  const [machine] = after.stored.values()
  const again = await world({ stored: new Map([['x', { ...(machine as StoredCloudMachine), state: 'draining' }]]) })
  again.there.set(machine?.providerId ?? '', { id: machine?.providerId ?? '', name, addresses: [] })
  await again.pass(0)
  await again.settled(undefined)
  expect(again.there.size).toBe(0)
})

it('machines that nobody knows are listed and can be destroyed; those that are gone are noticed', async () => {
  const { machines, there, order, settled, join, pass, nodes } = await world()
  there.set('stray', { id: 'stray', name: 'edge-old', addresses: ['192.0.2.9'] })
  const { name } = await order()
  await settled('booting')
  join(name)
  await pass(2000)
  await machines.compare()
  expect(machines.unknown).toEqual([{ provider: 'double', providerId: 'stray', name: 'edge-old', addresses: ['192.0.2.9'] }])
  await expect(machines.destroyUnknown('double', `p-${name}`, 'admin')).rejects.toThrow('No unknown machine')
  await machines.destroyUnknown('double', 'stray', 'admin')
  expect([...there.keys()]).toEqual([`p-${name}`])
  there.clear()
  // However often they are compared, it is time that counts; and whose node is connected runs somewhere.
  await Promise.all([machines.compare(), machines.compare()])
  await machines.compare()
  await pass(11 * 60_000)
  await machines.compare()
  expect(machines.list()[0]?.state).toBe('ready')
  Object.assign(nodes.get('node-1') as object, { connected: false })
  await machines.compare()
  expect(machines.list()[0]).toMatchObject({ state: 'ended', error: { message: expect.stringContaining('deleted at the provider') } })
  expect(nodes.size).toBe(0)
})

it('gives none of several up that are gone at once: another account has none of them', async () => {
  const { machines, there, nodes, order, pass } = await world()
  const states = () => machines.list().map(({ state }) => state)
  await order()
  await order()
  await vi.waitFor(() => expect(states()).toEqual(['booting', 'booting']))
  for (const { id, name } of machines.list()) nodes.set(id, { id, name, connected: true })
  await pass(2000)
  expect(states()).toEqual(['ready', 'ready'])
  for (const node of nodes.values()) node.connected = false
  const before = [...there]
  there.clear()
  await machines.compare()
  await pass(11 * 60_000)
  await machines.compare()
  expect(states()).toEqual(['ready', 'ready'])
  for (const [id, machine] of before.slice(1)) there.set(id, machine)
  // The time without any of them does not count.
  await machines.compare()
  expect(states()).toEqual(['ready', 'ready'])
  await pass(11 * 60_000)
  await machines.compare()
  expect(states()).toEqual(['ended', 'ready'])
  // One that is there again after all is shown.
  for (const [id, machine] of before) there.set(id, machine)
  await machines.compare()
  expect(machines.unknown).toMatchObject([{ providerId: before[0]?.[0] }])
})

it('an order without an answer is looked for also where somebody has it destroyed', async () => {
  const { machines, there, reply, order, settled, pass } = await world()
  reply.create = async () => {
    throw new AppError('network.provider_failed', 'no answer')
  }
  const { id, name } = await order()
  await settled('failed')
  await machines.destroy(id, 0, 'admin')
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect([machines.list()[0]?.state, machines.at('double').machines]).toEqual(['failed', 1])
  there.set('late', { id: 'late', name, addresses: [] })
  await machines.destroy(id, 0, 'admin')
  await settled(undefined)
  await pass(61_000)
  expect(there.size).toBe(0)
})

it('a machine whose node cannot be set up is tried again, and destroyed in the end', async () => {
  const { machines, there, nodes, reply, order, settled, join, pass } = await world()
  const { name } = await order()
  await settled('booting')
  join(name)
  reply.change = () => {
    throw new AppError('network.busy')
  }
  await pass(2000)
  expect(machines.list()[0]?.state).toBe('booting')
  delete reply.change
  await pass(2000)
  expect(machines.list()[0]?.state).toBe('ready')
  const other = await world()
  const second = await other.order()
  await other.settled('booting')
  other.join(second.name)
  other.reply.change = () => {
    throw new AppError('network.busy')
  }
  await other.pass(16 * 60_000)
  await other.pass(5000)
  await other.settled('ended')
  expect([other.there.size, other.nodes.size, there.size, nodes.size]).toEqual([0, 0, 1, 1])
})

it('one whose provider will never answer again can be removed from the list, and nothing else', async () => {
  const { machines, reply, order, settled, stored } = await world()
  const { id } = await order()
  await settled('booting')
  await expect(machines.unlist(id, 'admin')).rejects.toThrow('has not failed')
  reply.destroy = () => {
    throw new AppError('network.provider_rejected', 'unable to authenticate')
  }
  await machines.destroy(id, 0, 'admin')
  await settled('failed')
  await machines.unlist(id, 'admin')
  expect([machines.list(), stored.size]).toEqual([[], 0])
})
