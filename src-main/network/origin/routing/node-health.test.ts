import { describe, expect, it } from 'vitest'
import { NodeHealth } from './node-health.ts'

const node = (id: string, connected = true) => ({ id, connected, publicUrl: `https://${id}.example` })

/** Nodes a to d, all well for a while. */
function wellNodes() {
  const health = new NodeHealth()
  const away = new Set<string>()
  let nowMs = 0
  const step = (ms = 1000): void => {
    nowMs += ms
    health.update(
      ['a', 'b', 'c', 'd'].map((id) => node(id, !away.has(id))),
      nowMs,
    )
  }
  step()
  return { health, away, step, report: (by: string, id: string, up: boolean) => health.reported(by, [{ id, up }], nowMs) }
}

describe('a node', () => {
  it('is used from its first connection on, and not before', () => {
    const health = new NodeHealth()
    health.update([node('a'), node('b', false)], 0)
    expect([health.isGone('a'), health.isGone('b')]).toEqual([false, true])
    health.update([node('a'), node('b')], 1)
    expect(health.isGone('b')).toBe(false)
  })

  it('is not gone by one view, whichever it is', () => {
    const { health, away, step, report } = wellNodes()
    for (let time = 0; time < 20; time++) {
      health.probed('a', false)
      report('c', 'b', false)
      report('d', 'b', true)
      step()
    }
    expect([health.isGone('a'), health.isGone('b')]).toEqual([false, false])
    away.add('c')
    health.probed('c', true)
    step()
    expect(health.isGone('c')).toBe(false)
  })

  it('is gone as soon as it is neither connected nor answers', () => {
    const { health, away, step } = wellNodes()
    away.add('a')
    health.probed('a', false)
    step(1)
    expect(health.isGone('a')).toBe(true)
  })

  it('is gone where most of those who see it agree, although it is connected', () => {
    const { health, step, report } = wellNodes()
    health.probed('a', false)
    report('b', 'a', false)
    step()
    // one answer may be lost
    expect(health.isGone('a')).toBe(false)
    health.probed('a', false)
    step()
    expect(health.isGone('a')).toBe(true)
  })

  it('is not gone by what it says of others alone, nor by views that are old or of nodes that are away', () => {
    const { health, away, step, report } = wellNodes()
    report('a', 'a', false)
    report('c', 'a', false)
    report('d', 'a', false)
    away.add('c')
    step()
    expect(health.isGone('a')).toBe(false)
    step(11_000)
    health.probed('a', false)
    health.probed('a', false)
    step()
    expect(health.isGone('a')).toBe(false)
  })

  it('is not gone by other nodes alone, however many say so, while this host sees it', () => {
    const { health, step, report } = wellNodes()
    for (let time = 0; time < 10; time++) {
      for (const by of ['b', 'c', 'd']) report(by, 'a', false)
      health.probed('a', true)
      step()
      expect(health.isGone('a')).toBe(false)
    }
  })

  it('is not gone where the others do not agree, though its connection or its answer is lost', () => {
    const { health, away, step, report } = wellNodes()
    for (let time = 0; time < 5; time++) {
      report('b', 'a', false)
      report('c', 'a', true)
      health.probed('a', false)
      step()
    }
    expect(health.isGone('a')).toBe(false)
    health.probed('a', true)
    away.add('a')
    report('b', 'a', false)
    report('c', 'a', true)
    step()
    expect(health.isGone('a')).toBe(false)
    report('c', 'a', false)
    step()
    expect(health.isGone('a')).toBe(true)
  })

  it('is gone without a connection in the end, although it answers', () => {
    const { health, away, step } = wellNodes()
    away.add('a')
    for (let time = 0; time < 10; time++) step()
    expect(health.isGone('a')).toBe(false)
    step()
    expect(health.isGone('a')).toBe(true)
  })

  it('is used again once it has been well for five seconds without a break', () => {
    const { health, away, step } = wellNodes()
    away.add('a')
    health.probed('a', false)
    step()
    away.clear()
    health.probed('a', true)
    for (let time = 0; time < 5; time++) step()
    expect(health.isGone('a')).toBe(true)
    away.add('a')
    step()
    away.clear()
    for (let time = 0; time < 5; time++) step()
    expect(health.isGone('a')).toBe(true)
    step()
    expect(health.isGone('a')).toBe(false)
  })
})
