/**
 * How many desktops two cores carry with whoever works there: somebody types five keys a second into a terminal of each display, text scrolls
 * for five seconds of every twenty, and each key beside that is timed at its viewer on the wire. Needs Xvnc and xterm.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { watchDesktop } from '../e2e/helpers/desktop-viewer.ts'
import { desktopApi, size } from './desktop-viewers.mjs'
import { measureTree } from './process-tree.mjs'
import { startOurs } from './servers.mjs'

const steps = (process.env.BENCH_SESSIONS ?? '5,10,20,30,40').split(',').map(Number)
/** Later than this for one key in twenty, and people notice. ms */
const noticedMs = 100
const keyEveryMs = 200
/** Keys of whose own text scrolls show when the next frame does, and are not counted. */
const scroll = { everyMs: 20_000, lastsMs: 8000, lines: 'timeout 5 sh -c "while :; do ls -l /usr/bin | head -30; sleep 0.05; done"' }

/** A person at a display: types, and reads what comes. `answered` gets ms from each key to the first change that it made. */
class Person {
  answered = []
  #viewer
  #pressedAt
  #scrollsUntil = 0
  #timers = []

  constructor(host, display) {
    this.#viewer = watchDesktop(
      { httpPort: Number(new URL(host.http).port) },
      {
        display,
        onUpdate: (message) => {
          // Flag 2: the first change since a key.
          if ((message[0] !== 1 && message[0] !== 3) || (message[1] & 2) === 0 || this.#pressedAt === undefined) return
          this.answered.push(performance.now() - this.#pressedAt)
          this.#pressedAt = undefined
        },
      },
    )
  }

  async sitDown() {
    await this.#viewer.joined()
    await sleep(Math.random() * keyEveryMs)
    this.#timers.push(setInterval(() => this.#press(), keyEveryMs))
    await sleep(Math.random() * 1000)
    this.#scroll()
    this.#timers.push(setInterval(() => this.#scroll(), scroll.everyMs))
  }

  leave() {
    for (const timer of this.#timers) clearInterval(timer)
    this.#viewer.leave()
  }

  #press() {
    if (performance.now() < this.#scrollsUntil) return
    // One that was not answered counts by its time so far, once.
    if (this.#pressedAt !== undefined) {
      if (performance.now() - this.#pressedAt < 2000) return
      this.answered.push(2000)
    }
    this.#pressedAt = performance.now()
    for (const down of [true, false]) this.#viewer.send({ kind: 'key', code: 'KeyA', key: 'a', down })
  }

  #scroll() {
    this.#scrollsUntil = performance.now() + scroll.lastsMs
    this.#pressedAt = undefined
    // Ctrl+U first: what was typed is no command.
    for (const [code, key, down] of [
      ['ControlLeft', 'Control', true],
      ['KeyU', 'u', true],
      ['KeyU', 'u', false],
      ['ControlLeft', 'Control', false],
    ])
      this.#viewer.send({ kind: 'key', code, key, down })
    this.#viewer.type(scroll.lines)
  }
}

/** @param print writes a line; @param options.seconds length of the window at each number of desktops */
export async function measureDesktopSessions(print, { seconds = 20 } = {}) {
  const host = await startOurs({ args: ['--max-desktops', '256', '--webrtc-port', 'off'] })
  const api = desktopApi(host)
  const people = []
  const displays = []
  const results = []
  try {
    for (const wanted of steps) {
      while (people.length < wanted) {
        const { id } = await api('POST', '/displays', { command: ['xterm', '-maximized', '-e', 'sh'], ...size })
        displays.push(id)
        const person = new Person(host, id)
        people.push(person)
        await person.sitDown()
      }
      await sleep(3000)
      for (const person of people) person.answered = []
      const [before, from] = [measureTree(process.pid).cpuSeconds, performance.now()]
      await sleep(seconds * 1000)
      const elapsed = (performance.now() - from) / 1000
      const { cpuSeconds, proportionalMb } = measureTree(process.pid)
      const sorted = people.flatMap(({ answered }) => answered).toSorted((one, other) => one - other)
      const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
      const worst = Math.min(...people.map(({ answered }) => answered.length))
      const result = {
        sessions: wanted,
        keys: sorted.length,
        p50: at(0.5),
        p95: at(0.95),
        cores: (cpuSeconds - before) / elapsed,
        megabytes: proportionalMb,
      }
      results.push(result)
      print(
        `desktop-sessions ${String(wanted).padStart(3)}: key to change on the wire p50 ${result.p50.toFixed(1)} ms, p95 ${result.p95.toFixed(1)} ms (${result.keys} keys, ${worst} at the one with the fewest); ${result.cores.toFixed(2)} cores with displays, programs and viewers, ${result.megabytes.toFixed(0)} MB`,
      )
      if (!(result.p95 <= noticedMs)) break
    }
    const carried = results.findLast(({ p95 }) => p95 <= noticedMs)?.sessions ?? 0
    print(`desktop-sessions: ${carried} with 95 of 100 keys answered within ${noticedMs} ms`)
    return { carried, results }
  } finally {
    for (const person of people) person.leave()
    for (const id of displays) await api('DELETE', `/displays/${id}`).catch(() => undefined)
    await host.stop()
  }
}
