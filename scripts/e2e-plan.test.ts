import { EventEmitter } from 'node:events'
import { readdirSync } from 'node:fs'
import type { Socket } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { plan, planned, shares } from '../e2e/plan.ts'
import { Turns } from '../e2e/turns/turn-server.ts'

test('every file of end-to-end tests is in e2e/plan.ts with its part and cost', () => {
  const files = readdirSync(new URL('../e2e', import.meta.url)).filter((name) => name.endsWith('.e2e.ts'))
  expect(files.map((name) => name.replace('.e2e.ts', '')).sort()).toEqual(Object.keys(plan).sort())
})

test('all files, the quick ones, or those of a part are chosen', () => {
  const all = planned('all')
  expect(all).toHaveLength(Object.keys(plan).length)
  const quick = planned('quick')
  expect(quick.length).toBeLessThan(all.length)
  expect(quick).toContain('e2e/publish-and-play.e2e.ts')
  expect(planned(['studio'])).toContain('e2e/studio-mixer.e2e.ts')
  expect(planned(['studio'])).not.toContain('e2e/srt.e2e.ts')
})

/** A connection of a file that waits for its turn. */
class Connection extends EventEmitter {
  runs = false
  write(): void {
    this.runs = true
  }
}

test('files run beside each other as far as their shares fit, and give them back when they end, killed or not', () => {
  const turns = new Turns()
  const ask = (cost: keyof typeof shares): Connection => {
    const connection = new Connection()
    turns.take(connection as unknown as Socket, shares[cost], () => undefined)
    return connection
  }
  const running = (...connections: Connection[]) => connections.map(({ runs }) => runs)
  const [alone, other, wait, late] = [ask('exclusive'), ask('exclusive'), ask('wait'), ask('wait')]
  expect(running(alone, other, wait, late)).toEqual([true, false, true, false])
  const [encodes, draws] = [ask('cpu'), ask('cpu')]
  wait.emit('close')
  expect(running(other, late, encodes)).toEqual([false, true, false])
  alone.emit('close')
  expect(running(other, encodes)).toEqual([true, false])
  // Gone before its turn: what it would have had is not given back twice.
  const gone = ask('cpu')
  gone.emit('close')
  other.emit('close')
  expect(running(encodes, draws)).toEqual([true, true])
  expect(running(ask('wait'), ask('cpu'))).toEqual([false, false])
})

test('a file that hangs is ended, and others run in its place', () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const turns = new Turns()
  const [hung, quick, next] = [new Connection(), new Connection(), new Connection()]
  turns.take(hung as unknown as Socket, shares.exclusive, () => hung.emit('close'))
  turns.take(quick as unknown as Socket, shares.wait, () => expect.unreachable('a file that ended is killed'))
  turns.take(next as unknown as Socket, shares.exclusive, () => undefined)
  vi.advanceTimersByTime(10 * 60_000)
  quick.emit('close')
  expect(next.runs).toBe(false)
  vi.advanceTimersByTime(10 * 60_000)
  expect(next.runs).toBe(true)
})

test('one more file runs while processors are unused, but none beside one that needs the machine for itself', () => {
  const turns = new Turns()
  const ask = (cost: keyof typeof shares): Connection => {
    const connection = new Connection()
    turns.take(connection as unknown as Socket, shares[cost], () => undefined)
    return connection
  }
  const [one, two, three, four, alone] = [ask('cpu'), ask('cpu'), ask('cpu'), ask('cpu'), ask('exclusive')]
  turns.lend(0.2, 0)
  expect(three.runs).toBe(false)
  turns.lend(0.6, 0)
  turns.lend(0.6, 5000)
  expect([three.runs, four.runs]).toEqual([true, false])
  turns.lend(0.6, 15_000)
  expect(four.runs).toBe(true)
  turns.lend(0.9, 60_000)
  one.emit('close')
  two.emit('close')
  three.emit('close')
  expect(alone.runs).toBe(false)
  four.emit('close')
  expect(alone.runs).toBe(true)
  const late = ask('cpu')
  turns.lend(1, 90_000)
  expect(late.runs).toBe(false)
  alone.emit('close')
  expect(late.runs).toBe(true)
})
