import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Logger } from '../logger.ts'
import { restartDelayMs, superviseWorker } from './supervise-worker.ts'

const folder = mkdtempSync(join(tmpdir(), 'ami-worker-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const log: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => log }
const side = new URL('./worker-side.ts', import.meta.url)

function program(name: string, source: string): string {
  const file = join(folder, `${name}.mts`)
  writeFileSync(file, `import { connectToHost } from '${side.href}'\n${source}`)
  return file
}

// Each waits for processes of its own.
describe('a supervised worker', { concurrent: true }, () => {
  it('answers what it is asked, and ends when asked to', async () => {
    const entry = program(
      'echo',
      'const host = connectToHost((m) => host.send(m * 2)); host.stopping.onabort = () => host.end(); host.ready()',
    )
    const answer = await new Promise<number>((resolve) => {
      const worker = superviseWorker<number, number>({
        entry,
        log,
        onReady: () => worker.send(21),
        onMessage: (message) => void worker.stop().then(() => resolve(message)),
      })
    })
    expect(answer).toBe(42)
  })

  it('goes on after a message that its host cannot handle', async () => {
    const entry = program(
      'two',
      'const host = connectToHost(() => undefined); host.stopping.onabort = () => host.end(); host.ready(); host.send(1); host.send(2)',
    )
    const errors: string[] = []
    const handled: number[] = []
    await new Promise<void>((resolve) => {
      const worker = superviseWorker<number, never>({
        entry,
        log: { ...log, error: (_fields, message) => void errors.push(message) },
        onMessage: (message) => {
          if (message === 1) throw new Error('a fault of ours')
          handled.push(message)
          void worker.stop().then(resolve)
        },
      })
    })
    expect(handled).toEqual([2])
    expect(errors).toEqual(['a message of a worker could not be handled'])
  })

  it('is started again when it ends by itself, and left alone after stop', async () => {
    const entry = program(
      'brief',
      'const host = connectToHost(() => process.exit(3)); host.stopping.onabort = () => host.end(); host.ready()',
    )
    let runs = 0
    await new Promise<void>((resolve) => {
      const worker = superviseWorker<never, string>({
        entry,
        log,
        onMessage: () => undefined,
        restart: { firstMs: 1, maxMs: 1, goodAfterMs: 60_000 },
        onReady: () => {
          if (++runs === 1) worker.send('die')
          else void worker.stop().then(resolve)
        },
      })
    })
    expect(runs).toBe(2)
  })

  it('is killed when it falls silent', async () => {
    const entry = program('hung', 'connectToHost(() => undefined).ready(); for (;;);')
    const signal = await new Promise((resolve) => {
      superviseWorker({ entry, log, silenceMs: 150, onMessage: () => undefined, onExit: (exit) => resolve(exit.signal) })
    })
    expect(signal).toBe('SIGKILL')
  })

  it('waits longer after each failure in a row, up to a limit', () => {
    const policy = { firstMs: 500, maxMs: 10_000, goodAfterMs: 1 }
    expect([1, 2, 3, 9, 99].map((failures) => restartDelayMs(policy, failures))).toEqual([500, 1000, 2000, 10_000, 10_000])
  })
})
