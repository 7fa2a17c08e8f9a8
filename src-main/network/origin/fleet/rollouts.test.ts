import { describe, expect, it, vi } from 'vitest'
import { lostMs, Rollouts, type RolloutWork } from './rollouts.ts'

function open(changes: Partial<RolloutWork> = {}) {
  const happened: string[] = []
  const rollouts = new Rollouts({
    events: { publish: () => undefined } as never,
    audit: { record: () => undefined },
    log: { error: () => undefined } as never,
    now: () => 1_000_000,
  })
  const work: RolloutWork = {
    ...{ kind: 'configuration', subject: 'south', stages: { first: 1, atOnce: 2, watchS: 0 } },
    nodes: ['a', 'b', 'c', 'd'].map((id) => ({ id, name: id })),
    apply: async (id) => {
      happened.push(`apply ${id}`)
      return true
    },
    isAway: () => false,
    problem: () => undefined,
    undo: async (id) => void happened.push(`undo ${id}`),
    finish: async () => void happened.push('finish'),
    abandon: async () => void happened.push('abandon'),
    ...changes,
  }
  const run = async () => {
    const { id } = rollouts.start(work, 'admin')
    for (let turn = 0; turn < 200 && rollouts.find(id).state === 'running'; turn++) await new Promise((resolve) => setTimeout(resolve, 1))
    return rollouts.find(id)
  }
  const states = (rollout: Awaited<ReturnType<typeof run>>) => rollout.nodes.map(({ id, state }) => `${id} ${state}`)
  return { rollouts, happened, work, run, states }
}

describe('a rollout', () => {
  it('comes to some nodes first, then to the others some at a time', async () => {
    const { run, happened, states } = open()
    const rollout = await run()
    expect([rollout.state, states(rollout)]).toEqual(['done', ['a done', 'b done', 'c done', 'd done']])
    expect(happened).toEqual(['apply a', 'apply b', 'apply c', 'apply d', 'finish'])
  })

  it('stops at the first node that fails, and every node that was changed goes back', async () => {
    const { run, happened, states, work } = open()
    const failing = open({
      apply: async (id, note, signal) => {
        await work.apply(id, note, signal)
        if (id === 'b') throw new Error('no space')
        return true
      },
      undo: work.undo,
      finish: work.finish,
      abandon: work.abandon,
    })
    const rollout = await failing.run()
    expect([rollout.state, states(rollout)]).toEqual(['failed', ['a undone', 'b failed', 'c undone', 'd waiting']])
    expect(rollout.nodes[1]?.note).toBe('no space')
    expect(happened).toEqual(['apply a', 'apply b', 'apply c', 'undo c', 'undo b', 'undo a', 'abandon'])
    void run
  })

  it('goes back where the first node is not well afterwards, before any other is changed', async () => {
    const { run, happened, states } = open({ problem: (id) => (id === 'a' ? '60 % errors' : undefined) })
    const rollout = await run()
    expect(states(rollout)).toEqual(['a failed', 'b waiting', 'c waiting', 'd waiting'])
    expect(rollout.error).toMatchObject({ code: 'network.rollout_failed', message: 'a: 60 % errors' })
    expect(happened).toEqual(['apply a', 'undo a', 'abandon'])
  })

  it('leaves out who is away, says what could not go back, and hides errors that are not its own', async () => {
    const away = open({ apply: async (id) => id !== 'a' })
    expect(away.states(await away.run())).toEqual(['a skipped', 'b done', 'c done', 'd done'])
    const lost = open({ apply: () => Promise.reject(new Error('secret')), undo: () => Promise.reject(new Error('no connection')) })
    const rollout = await lost.run()
    expect(rollout.nodes[0]).toMatchObject({ state: 'failed', note: 'It could not go back: no connection' })
    expect(rollout.error?.code).toBe('internal')
    expect(JSON.stringify(rollout.error)).not.toContain('secret')
  })

  it('comes to others one at a time until a node was changed, where the first are away', async () => {
    const applied: string[][] = []
    let together: string[] = []
    const { run, states } = open({
      apply: async (id) => {
        together.push(id)
        await new Promise((resolve) => setTimeout(resolve, 1))
        if (together.length > 0) applied.push(together)
        together = []
        return id > 'b'
      },
    })
    expect(states(await run())).toEqual(['a skipped', 'b skipped', 'c done', 'd done'])
    expect(applied).toEqual([['a'], ['b'], ['c'], ['d']])
    const last = open({ apply: async (id) => id === 'd', problem: (id) => (id === 'd' ? '60 % errors' : undefined) })
    expect(last.states(await last.run())).toEqual(['a skipped', 'b skipped', 'c skipped', 'd failed'])
  })

  it('goes on where a node connects again soon, and goes back where one does not', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    try {
      let looks = 0
      const lookUntil = (back: number) => (id: string) => {
        vi.advanceTimersByTime(id === 'a' ? lostMs / 2 : 0)
        return id === 'a' && ++looks < back
      }
      const soon = open({ isAway: lookUntil(2) })
      const run = async ({ rollouts, work, states }: typeof soon) => {
        looks = 0
        const { id } = rollouts.start(work, 'admin')
        await expect.poll(() => rollouts.find(id).state).not.toBe('running')
        return [rollouts.find(id).error?.message, states(rollouts.find(id))]
      }
      expect(await run(soon)).toEqual([undefined, ['a done', 'b done', 'c done', 'd done']])
      const lost = await run(open({ isAway: lookUntil(100) }))
      expect(lost).toEqual(['a: the node lost its connection after the change', ['a failed', 'b waiting', 'c waiting', 'd waiting']])
      expect(looks).toBe(3)
    } finally {
      vi.useRealTimers()
    }
  })

  it('is cancelled in the middle, and one runs at a time', async () => {
    const cancelled = open({
      apply: (_id, _note, signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
    })
    const running = cancelled.run()
    expect(() => cancelled.rollouts.start(cancelled.work, 'admin')).toThrow(expect.objectContaining({ code: 'network.rollout_running' }))
    await cancelled.rollouts.stop()
    expect((await running).state).toBe('cancelled')
    expect(cancelled.happened).toEqual(['undo a', 'abandon'])
    expect(() => cancelled.rollouts.find('none')).toThrow(expect.objectContaining({ code: 'network.rollout_not_found' }))
  })
})
