import type { SourceMemory, SourceReport } from '../../../../media/source-report.ts'
import type { Logger } from '../../../../platform/logger.ts'
import { type SupervisedWorker, superviseWorker } from '../../../../platform/workers/supervise-worker.ts'
import { workerFile } from '../../../../platform/workers/worker-file.ts'
import type { SourceReach } from '../source-reach.ts'
import { crashesAllowed, createCrashLedger } from './crash-ledger.ts'
import type { DrawnSourceStart, FromDrawn, ToDrawn } from './messages.ts'

/** One source as its process sees it. */
export interface DrawnMember {
  update(settings: unknown, reach: SourceReach): void
  show(shown: boolean): void
  command(name: string, details: Readonly<Record<string, unknown>>): void
  leave(): Promise<void>
}

/** What is reported of a source. */
export interface DrawnListener {
  onReport(report: SourceReport): void
  /** What must outlive the process. */
  onMemory(memory: SourceMemory): void
}

/** The process that draws for all sources of a studio: starts with the first and ends with the last. */
export interface DrawnProcess {
  readonly pid: number | undefined
  join(start: DrawnSourceStart, listener: DrawnListener): DrawnMember
}

interface Member {
  start: DrawnSourceStart
  readonly listener: DrawnListener
  /** Commands that came while no process was there to take them. */
  readonly waiting: ToDrawn[]
}

/** A process and whether it listens yet. */
interface Run {
  readonly worker: SupervisedWorker<ToDrawn>
  ready: boolean
}

/** More commands than this are not kept for a process that is not there. */
const maxWaiting = 32

/** Silence after which the process counts as hung, ms: decoding is done on other threads and does not silence it. */
const silenceMs = 8000

/**
 * Runs `drawn-source-worker` while anybody is in it. When it dies it starts again and draws everything again; a source whose drawing
 * costs it its life three times is left out, until its settings change.
 */
export function createDrawnProcess(log: Logger): DrawnProcess {
  const members = new Map<string, Member>()
  const ledger = createCrashLedger()
  let run: Run | undefined
  let careful = false

  function onMessage(message: FromDrawn): void {
    const member = members.get(message.id)
    switch (message.type) {
      case 'report':
        member?.listener.onReport(message.report)
        break
      case 'memory':
        if (member === undefined) break
        member.start = { ...member.start, memory: message.memory }
        member.listener.onMemory(message.memory)
        break
      case 'drawing':
        ledger.begin(message.id)
        break
      case 'drawn':
        ledger.end(message.id)
        break
    }
  }

  function onReady(worker: SupervisedWorker<ToDrawn>): void {
    if (careful) worker.send({ type: 'careful' })
    const order = [...members.values()].sort((a, b) => ledger.rank(a.start.id) - ledger.rank(b.start.id))
    for (const { start, waiting } of order) {
      if (ledger.isIsolated(start.id)) continue
      worker.send({ type: 'open', source: start })
      for (const message of waiting.splice(0)) worker.send(message)
    }
  }

  function onLost(): void {
    const { isolated, careful: notifyAll } = ledger.lost()
    careful = notifyAll
    if (isolated === undefined) return
    log.error({ source: isolated }, 'a source crashes the process that draws: it is left out')
    members.get(isolated)?.listener.onReport({
      state: 'failed',
      // Safe mode counts them.
      details: { crashes: crashesAllowed },
      problem: `Drawing this crashed its process ${crashesAllowed} times, so it is left out. Change its settings or its file, then save them again.`,
    })
  }

  function begin(): Run {
    const begun: Run = {
      ready: false,
      worker: superviseWorker<FromDrawn, ToDrawn>({
        entry: workerFile('drawn-source'),
        log,
        // Few threads: each keeps memory of its own, and one image is decoded at a time. Images are outside of JavaScript's memory.
        env: { UV_THREADPOOL_SIZE: '4', MALLOC_ARENA_MAX: '2', NODE_OPTIONS: '--max-semi-space-size=1' },
        onMessage,
        onReady() {
          begun.ready = true
          if (run === begun) onReady(begun.worker)
        },
        onExit() {
          begun.ready = false
          if (run === begun) onLost()
        },
        restart: { firstMs: 100, maxMs: 5000, goodAfterMs: 20_000 },
        silenceMs,
      }),
    }
    return begun
  }

  const send = (id: string, message: ToDrawn): boolean => (run?.ready === true && !ledger.isIsolated(id) ? run.worker.send(message) : false)

  return {
    get pid() {
      return run?.worker.pid
    },
    join(start, listener) {
      const { id } = start
      const member: Member = { start, listener, waiting: [] }
      members.set(id, member)
      run ??= begin()
      send(id, { type: 'open', source: start })
      return {
        update(settings, reach) {
          const reopened = ledger.isIsolated(id)
          ledger.forget(id)
          member.start = { ...member.start, settings, reach }
          if (reopened) send(id, { type: 'open', source: member.start })
          else send(id, { type: 'update', id, settings, reach })
        },
        show(shown) {
          member.start = { ...member.start, shown }
          send(id, { type: 'show', id, shown })
        },
        command(name, details) {
          const message: ToDrawn = { type: 'command', id, name, details }
          if (!send(id, message) && member.waiting.length < maxWaiting) member.waiting.push(message)
        },
        async leave() {
          if (members.get(id) !== member) return
          members.delete(id)
          ledger.forget(id)
          send(id, { type: 'close', id })
          if (members.size > 0) return
          const last = run
          run = undefined
          await last?.worker.stop(500)
        },
      }
    },
  }
}
