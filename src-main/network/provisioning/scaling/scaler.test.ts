import Value from 'typebox/value'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../platform/errors.ts'
import type { NetworkNode } from '../../origin/nodes/node-schemas.ts'
import type { CloudMachine } from '../providers/provider-schemas.ts'
import { LoadWindow } from './load-window.ts'
import { Scaler } from './scaler.ts'
import { type ScalingSettings, ScalingSettingsSchema } from './scaling-schemas.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const bootMs = 2 * minuteMs
const stepMs = 30_000
const perHour = 0.01
const settings: ScalingSettings = {
  ...Value.Create(ScalingSettingsSchema),
  ...{ enabled: true, dryRun: false, provider: 'double', size: 'small', regions: ['north', 'south'], ceiling: 10 },
  ...{ publicUrl: 'http://{ip}', origin: 'https://live.example' },
}

/** Machines and nodes in memory, with a clock that the test moves. `demand` is what viewers take, in nodes. */
async function world(changes: Partial<ScalingSettings> = {}, { budget = Number.POSITIVE_INFINITY, byHand = 1 } = {}) {
  let nowMs = Date.UTC(2026, 0, 5)
  let demand = 0
  let fails: AppError | undefined
  /** What becomes of machines that are ordered. */
  let fate: 'ready' | 'refused' | 'lost' = 'ready'
  const away = new Set<string>()
  const draining = new Set<string>()
  const hidden = new Set<string>()
  const all = new Map<string, CloudMachine & { readyAtMs: number; endsAtMs?: number }>()
  const orderedAt: number[] = []
  const audited: string[] = []
  const destroyed: string[] = []
  let highest = 0
  const ready = () => [...all.values()].filter(({ state }) => state === 'ready')
  const node = (id: string, load: number) =>
    ({
      ...{ id, name: id, enabled: true, connected: !away.has(id), draining: draining.has(id) },
      publicUrl: hidden.has(id) ? null : `http://${id}`,
      traffic: { bitrateOutBps: 0, capacityMbps: null, cpu: load },
    }) as unknown as NetworkNode
  const nodes = () => {
    const ids = [...Array.from({ length: byHand }, (_, index) => `hand-${index}`), ...ready().map(({ nodeId }) => nodeId as string)]
    const load = Math.min(1, demand / Math.max(1, ids.filter((id) => !away.has(id)).length))
    return ids.map((id) => node(id, load))
  }
  const scaler = await Scaler.open({
    store: { read: async () => undefined, write: async () => undefined },
    defaults: { ...settings, ...changes },
    nodes,
    machines: {
      list: () => [...all.values()],
      priceOf: async () => {
        if (fails !== undefined) throw fails
        return { perHour, currency: 'EUR' }
      },
      limitOf: () => ((all.size + 1) * perHour > budget ? 'the budget is spent' : undefined),
      order: async ({ region }) => {
        if ((all.size + 1) * perHour > budget) throw new AppError('network.cloud_limit', 'the budget is spent')
        const id = `m${orderedAt.length}`
        const state = 'booting'
        all.set(id, {
          ...{ id, name: id, provider: 'double', size: 'small', region, perHour, currency: 'EUR', state, by: 'scaling' as const },
          ...{ providerId: id, addresses: [], nodeId: `node-${id}`, orderedAt: new Date(nowMs).toISOString(), error: null },
          readyAtMs: nowMs + bootMs,
        })
        if (fate !== 'ready') {
          const error = { code: 'network.provider_rejected', message: 'secret words of a program', remedy: '' }
          if (fate === 'refused') Object.assign(all.get(id) as object, { state: 'ended', error })
          else Object.assign(all.get(id) as object, { readyAtMs: Number.POSITIVE_INFINITY, endsAtMs: nowMs + 15 * minuteMs, error })
        }
        orderedAt.push(nowMs)
        highest = Math.max(highest, all.size)
        return all.get(id) as CloudMachine
      },
      destroy: async (id) => {
        const machine = all.get(id) as CloudMachine
        all.delete(id)
        destroyed.push(id)
        return machine
      },
    },
    events: { publish: () => undefined },
    audit: { record: (entry) => void audited.push(JSON.stringify(entry)) },
    now: () => nowMs,
  })
  return {
    scaler,
    orderedAt,
    destroyed,
    audited,
    away,
    draining,
    hidden,
    all,
    become: (next: typeof fate) => {
      fate = next
    },
    count: () => all.size + byHand,
    highest: () => highest + byHand,
    fail: (error: AppError | undefined) => {
      fails = error
    },
    /** Lets `hours` pass with what viewers take at each time of the day. Calls `look` every step. */
    async pass(hours: number, demandAt: (hour: number) => number, look: () => void = () => undefined) {
      for (const endMs = nowMs + hours * hourMs; nowMs < endMs; nowMs += stepMs) {
        demand = demandAt((nowMs / hourMs) % 24)
        for (const machine of all.values()) if (nowMs >= (machine.endsAtMs ?? Number.POSITIVE_INFINITY)) machine.state = 'ended'
        for (const machine of all.values()) if (machine.state === 'booting' && nowMs >= machine.readyAtMs) machine.state = 'ready'
        await scaler.tick()
        look()
      }
    },
    load: () => {
      const loads = nodes().filter(({ connected }) => connected)
      return demand / Math.max(1, loads.length)
    },
  }
}

describe('scaling', () => {
  it('follows a whole day: up before nodes are full, down hours after the evening, within floor and ceiling', async () => {
    const { scaler, pass, count, highest, load, orderedAt, destroyed } = await world()
    // A quiet night, a day with two nodes' worth of viewers, an evening with five.
    const demandAt = (hour: number): number =>
      hour < 7 ? 0.3 : hour < 17 ? 0.3 + (Math.min(hour - 7, 3) / 3) * 1.2 : hour < 20 ? 1.5 + ((hour - 17) / 3) * 3.5 : hour < 22 ? 5 : 0.3
    let worst = 0
    let fullMs = 0
    await pass(24, demandAt, () => {
      worst = Math.max(worst, load())
      if (load() >= 1) fullMs += stepMs
    })
    expect({ worst, fullMs }).toMatchObject({ fullMs: 0 })
    expect(worst).toBeLessThan(0.9)
    expect(highest()).toBeGreaterThanOrEqual(7)
    expect(highest()).toBeLessThanOrEqual(10)
    // Two idle hours are not enough for anything to go.
    expect([count(), destroyed]).toEqual([highest(), []])
    await pass(2.5, () => 0.3)
    expect([count(), destroyed.length]).toEqual([1, orderedAt.length])
    // Day after day the same, and never a machine that is ordered and destroyed again at once.
    await pass(21.5, demandAt)
    const reasons = new Set(scaler.state.decisions.map(({ action, why }) => `${action} ${why}`))
    expect([...reasons].sort()).toEqual(['add busy', 'remove idle'])
    expect(new Set(scaler.state.decisions.map(({ at }) => at)).size).toBe(scaler.state.decisions.length)
  })

  it('a peak that comes back within the idle hours finds its machines', async () => {
    const { pass, count, orderedAt, destroyed } = await world()
    await pass(1, () => 2)
    const before = count()
    for (let round = 0; round < 4; round++) {
      await pass(3.5, () => 0.1)
      await pass(0.5, () => 2)
    }
    expect([count(), destroyed, orderedAt.length]).toEqual([before, [], before - 1])
  })

  it('orders nothing above the budget, and says so once', async () => {
    const { scaler, pass, count } = await world({}, { budget: 2 * perHour })
    await pass(3, () => 8)
    expect(count()).toBe(3)
    expect(scaler.state.decisions.map(({ action, why }) => `${action} ${why}`)).toEqual(['none budget', 'add busy', 'add busy'])
  })

  it('orders up to the ceiling, and says so once', async () => {
    const { scaler, pass, count } = await world({ ceiling: 4, atOnce: 1 })
    await pass(3, () => 8)
    expect(count()).toBe(4)
    expect(scaler.state.decisions.map(({ action, why }) => `${action} ${why}`)).toEqual([
      'none ceiling',
      'add busy',
      'add busy',
      'add busy',
    ])
  })

  it('keeps the floor without viewers, and replaces a machine whose node is gone', async () => {
    const { scaler, pass, count, away, destroyed } = await world({ floor: 3 })
    await pass(6, () => 0)
    expect([count(), destroyed]).toEqual([3, []])
    away.add('node-m0')
    await pass(1, () => 0)
    // another took its place at once, and it was destroyed after half an hour
    expect([count(), destroyed]).toEqual([3, ['m0']])
    expect(scaler.state.decisions[0]).toMatchObject({ action: 'remove', why: 'away', machine: 'm0' })
  })

  it('destroys nothing while all nodes are away: it is this host that cannot be reached', async () => {
    const { pass, away, destroyed } = await world({ floor: 2 }, { byHand: 0 })
    await pass(1, () => 0)
    away.add('node-m0').add('node-m1')
    await pass(0.4, () => 0)
    expect(destroyed).toEqual([])
  })

  it('decides nothing else while a machine comes', async () => {
    const { scaler, pass, all } = await world({ atOnce: 1 })
    let most = 0
    await pass(
      1,
      () => 6,
      () => {
        most = Math.max(most, [...all.values()].filter(({ state }) => state === 'booting').length)
      },
    )
    expect(most).toBe(1)
    expect(scaler.state.decisions.length).toBeGreaterThan(3)
  })

  it('a dry run decides and does nothing', async () => {
    const { scaler, pass, count } = await world({ dryRun: true })
    await pass(2, () => 3)
    expect(count()).toBe(1)
    expect(scaler.state.decisions).toMatchObject([{ action: 'add', why: 'busy', count: 1, dryRun: true }])
  })

  it('asks a provider that fails ever more rarely, and goes on when it answers', async () => {
    const { scaler, pass, count, fail } = await world()
    fail(new AppError('network.provider_failed', 'it is down'))
    await pass(5, () => 2)
    expect(scaler.state.decisions).toMatchObject([{ action: 'none', why: 'failed', error: { code: 'network.provider_failed' } }])
    expect(count()).toBe(1)
    fail(undefined)
    await pass(2, () => 2)
    expect(count()).toBeGreaterThan(1)
  })

  it.each([
    ['refused', 12],
    ['lost', 10],
  ] as const)('orders ever more rarely while machines are %s, and says why to admins alone', async (fate, most) => {
    const { scaler, pass, orderedAt, become, audited } = await world({ atOnce: 1 })
    become(fate)
    await pass(8, () => 2)
    expect(orderedAt.length).toBeGreaterThan(4)
    expect(orderedAt.length).toBeLessThanOrEqual(most)
    const gaps = orderedAt.slice(1).map((atMs, index) => atMs - (orderedAt[index] ?? 0))
    expect(gaps).toEqual(gaps.toSorted((a, b) => a - b))
    expect(scaler.state.decisions.some(({ why, error }) => why === 'failed' && error?.message === 'secret words of a program')).toBe(true)
    expect(audited.join()).toContain('network.provider_rejected')
    expect(audited.join()).not.toContain('secret words')
    // As soon as one becomes a node, the next is not waited for.
    become('ready')
    await pass(1.5, () => 2)
    expect(scaler.state.nodes).toBeGreaterThan(2)
  })

  it('orders nothing while it is not known what became of an order', async () => {
    const { pass, orderedAt, all } = await world({ floor: 2 }, { byHand: 0 })
    await pass(0.01, () => 0)
    for (const machine of all.values()) Object.assign(machine, { state: 'failed', readyAtMs: Number.POSITIVE_INFINITY })
    await pass(2, () => 0)
    expect(orderedAt.length).toBe(2)
  })

  it('a short absence, a drain and a host that nobody reaches order nothing', async () => {
    const { pass, orderedAt, away, draining } = await world({ floor: 2 }, { byHand: 2 })
    await pass(0.1, () => 0)
    away.add('hand-0')
    await pass(1 / 60, () => 0)
    away.clear()
    draining.add('hand-0')
    await pass(1, () => 0)
    draining.clear()
    away.add('hand-0').add('hand-1')
    await pass(3, () => 0)
    // They come back one after the other.
    away.delete('hand-0')
    await pass(1 / 60, () => 0)
    away.clear()
    await pass(0.1, () => 0)
    expect(orderedAt).toEqual([])
    away.add('hand-0')
    await pass(0.1, () => 0)
    expect(orderedAt.length).toBe(1)
  })

  it('machines that serve nobody count for the ceiling', async () => {
    const { scaler, pass, orderedAt, hidden } = await world({ floor: 2, ceiling: 3 })
    for (let index = 0; index < 20; index++) hidden.add(`node-m${index}`)
    await pass(6, () => 0)
    expect(orderedAt.length).toBe(2)
    expect(scaler.state.decisions[0]).toMatchObject({ action: 'none', why: 'ceiling' })
  })

  it('the mean is that of a whole minute, also after nodes have come', () => {
    const window = new LoadWindow()
    for (let atMs = 0; atMs <= 300_000; atMs += 5000) window.add(atMs, 0.1, 1, hourMs)
    expect(window.mean(300_000)).toBeCloseTo(0.1)
    window.restartMean(305_000)
    window.add(305_000, 1, 1, hourMs)
    expect(window.mean(305_000)).toBeUndefined()
    for (let atMs = 310_000; atMs <= 365_000; atMs += 5000) window.add(atMs, 0.2, 1, hourMs)
    expect(window.mean(365_000)).toBeCloseTo(0.2)
    expect(window.peak(400_000, 1 / 12)).toBe(1)
  })

  it('says what is wrong with settings', async () => {
    const { scaler } = await world()
    const change = (changes: Partial<ScalingSettings>) => scaler.change({ ...settings, ...changes }, 'admin')
    await expect(change({ floor: 6, ceiling: 5 })).rejects.toThrow('The floor 6 is above the ceiling 5')
    await expect(change({ downPercent: 80 })).rejects.toThrow('ordered at 70 %')
    await expect(change({ publicUrl: '' })).rejects.toThrow('public URL')
    await expect(change({ origin: 'http://live.example' })).rejects.toThrow()
  })
})
