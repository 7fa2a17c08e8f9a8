import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { capacity, shares } from '../plan.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of the socket at which a file asks for its turn. */
    turns: string
  }
}

/** A file that waits for its turn, with the share of the machine that it needs. */
interface Waiting {
  readonly socket: Socket
  readonly share: number
  readonly end: () => void
}

/** One more file runs where so much of the processors is unused, */
const idleShare = 0.35
/** at most so many beyond the capacity, */
const maxLent = 3
/** and each so long after the one before, which has started its programs by then, ms. */
const lendEveryMs = 15_000
/** What is unused is measured over this time, ms. */
const idleOverMs = 5000
/** A file that ran for so long waits for something that does not come, ms: six times what the slowest takes. */
const maxTurnMs = 15 * 60_000

/**
 * Lets files run beside each other as far as their shares fit into the machine. A file keeps its turn for as long as its connection lasts,
 * so that one that is killed gives it back. The first that fits is next: a light file passes a heavy one that has to wait anyway. Most
 * files use less than their share: while processors are unused, others run beyond the capacity, but never beside one that needs the machine
 * for itself.
 */
export class Turns {
  #free = capacity
  #lent = 0
  #exclusive = 0
  #lentAtMs = Number.NEGATIVE_INFINITY
  readonly #waiting: Waiting[] = []

  /** @param end ends the file: its tests fail, and others run in its place */
  take(socket: Socket, share: number, end: () => void): void {
    const waiting = { socket, share, end }
    this.#waiting.push(waiting)
    socket.on('error', () => undefined)
    socket.once('close', () => {
      const place = this.#waiting.indexOf(waiting)
      if (place >= 0) this.#waiting.splice(place, 1)
      this.#next()
    })
    this.#next()
  }

  /** The processors were unused to this part (0 to 1) lately. */
  lend(unused: number, nowMs: number): void {
    if (unused < idleShare || this.#lent >= maxLent || this.#exclusive > 0 || nowMs < this.#lentAtMs + lendEveryMs) return
    const [first] = this.#waiting
    if (first === undefined || first.share === shares.exclusive) return
    this.#lent++
    this.#lentAtMs = nowMs
    this.#run(first, () => this.#lent--)
  }

  #next(): void {
    for (const waiting of [...this.#waiting]) {
      const isExclusive = waiting.share === shares.exclusive
      if (waiting.share > this.#free || (isExclusive && this.#lent > 0)) continue
      this.#free -= waiting.share
      if (isExclusive) this.#exclusive++
      this.#run(waiting, () => {
        this.#free += waiting.share
        if (isExclusive) this.#exclusive--
      })
    }
  }

  #run(waiting: Waiting, giveBack: () => void): void {
    this.#waiting.splice(this.#waiting.indexOf(waiting), 1)
    const hung = setTimeout(waiting.end, maxTurnMs).unref()
    waiting.socket.once('close', () => clearTimeout(hung))
    // before the listener of `take`, which lets others run then
    waiting.socket.prependOnceListener('close', giveBack)
    waiting.socket.write('go')
  }
}

/** What part of the processors was unused since the last call, 0 to 1. */
function idleMeter(): () => number {
  const read = (): { idle: number; all: number } => {
    const times = cpus().map(({ times }) => times)
    const idle = times.reduce((sum, time) => sum + time.idle, 0)
    return { idle, all: times.reduce((sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq, 0) }
  }
  let before = read()
  return () => {
    const now = read()
    const unused = (now.idle - before.idle) / Math.max(1, now.all - before.all)
    before = now
    return unused
  }
}

/** Vitest runs this once, before all files. */
export default async function serveTurns(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'ami-turns-'))
  const path = process.platform === 'win32' ? `\\\\.\\pipe\\ami-turns-${process.pid}` : join(folder, 'socket')
  const turns = new Turns()
  const server = createServer((socket) =>
    socket.once('data', (line) => {
      const { share, pid } = JSON.parse(String(line)) as { share: number; pid: number }
      turns.take(socket, share, () => process.kill(pid, 'SIGKILL'))
    }),
  )
  await new Promise<void>((resolve) => server.listen(path, resolve))
  project.provide('turns', path)
  const unused = idleMeter()
  const lending = setInterval(() => turns.lend(unused(), performance.now()), idleOverMs)
  return () => {
    clearInterval(lending)
    server.close()
    rmSync(folder, { recursive: true, force: true })
  }
}
