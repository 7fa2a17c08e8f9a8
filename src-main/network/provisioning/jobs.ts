import type { AuditLog } from '../../platform/audit.ts'
import { AppError } from '../../platform/errors.ts'
import type { EventBus } from '../../platform/events/events.ts'
import type { Logger } from '../../platform/logger.ts'
import { randomText } from '../../platform/random-id.ts'
import { keyOf } from './machine-book.ts'
import type { Progress } from './progress.ts'
import type { Job, StepId } from './provisioning-schemas.ts'
import { plainLine } from './ssh/plain-line.ts'
import { type SshTarget, targetText } from './ssh/ssh-target.ts'

const maxRunning = 3
/** Jobs that have ended and are kept. */
const maxEnded = 50
const maxLogLines = 400
/** Progress within a step is announced so often, ms. */
const announceMs = 250

type Step = Job['steps'][number]
/** What a job does; resolves to what is on the machine then. */
type Work = (progress: Progress, signal: AbortSignal) => Promise<Partial<Pick<Job, 'nodeId' | 'hostUrl'>>>

const nouns = { edge: 'node', origin: 'host' } as const

interface RunningJob {
  job: Job
  readonly log: string[]
  readonly abort: AbortController
  readonly ended: Promise<void>
}

export interface JobsDependencies {
  /** The node of a machine is part of an update that runs. */
  readonly isUpdated: (target: SshTarget) => boolean
  readonly events: EventBus
  readonly audit: AuditLog
  readonly log: Logger
  /** ms since 1970. */
  readonly now: () => number
}

/** Work on other machines: one job a machine at a time, a few at once. */
export class Jobs {
  readonly #dependencies: JobsDependencies
  /** Oldest first. */
  readonly #jobs = new Map<string, RunningJob>()

  constructor(dependencies: JobsDependencies) {
    this.#dependencies = dependencies
  }

  list(): readonly Job[] {
    return [...this.#jobs.values()].map(({ job }) => job)
  }

  /** A job with its log. Throws `network.job_not_found`. */
  find(id: string): Job & { readonly log: string[] } {
    const { job, log } = this.#get(id)
    return { ...job, log: [...log] }
  }

  /** Throws `network.machine_busy` while a job for this machine runs. */
  assertFree(target: Pick<SshTarget, 'host' | 'port'>): void {
    if (this.list().some((job) => job.state === 'running' && keyOf(job) === keyOf(target)))
      throw new AppError('network.machine_busy', `A job for ${target.host} is running`)
  }

  /** Starts a job; `work` resolves to what is there then. Throws `network.machine_busy`. */
  start({ kind, role }: Pick<Job, 'kind' | 'role'>, target: SshTarget, actor: string, work: Work): Job {
    const running = [...this.#jobs.values()].filter(({ job }) => job.state === 'running')
    this.assertFree(target)
    if (this.#dependencies.isUpdated(target)) throw new AppError('network.machine_busy', `The node on ${target.host} is being updated`)
    if (running.length >= maxRunning) throw new AppError('network.machine_busy', `${maxRunning} jobs are running`)
    const { now, audit } = this.#dependencies
    const id = `job-${randomText(8)}`
    const { host, port, user } = target
    const job: Job = {
      ...{ id, kind, role, host, port, user, state: 'running', startedAt: new Date(now()).toISOString(), endedAt: null },
      ...{ steps: [], sentBytes: 0, totalBytes: 0, nodeId: null, hostUrl: null, error: null },
    }
    const abort = new AbortController()
    const done = Promise.withResolvers<void>()
    this.#jobs.set(id, { job, log: [], abort, ended: done.promise })
    const ended = [...this.#jobs.values()].filter((each) => each.job.state !== 'running')
    for (const old of ended.slice(0, Math.max(0, ended.length - maxEnded))) this.#jobs.delete(old.job.id)
    audit.record({
      kind: 'command',
      message:
        kind === 'add' ? `a ${nouns[role]} is set up on ${targetText(target)}` : `the ${nouns[role]} on ${targetText(target)} is removed`,
      actor,
      sessionId: id,
    })
    void this.#run(id, work, actor).finally(() => done.resolve())
    this.#announce(id)
    return this.#get(id).job
  }

  /** Notes in the audit log what was done on a machine outside of a job. */
  note(message: string, actor: string): void {
    this.#dependencies.audit.record({ kind: 'command', message, actor })
  }

  /** Ends a job; what it did is undone. Throws `network.job_not_found`. */
  cancel(id: string): void {
    this.#get(id).abort.abort(new AppError('network.job_cancelled'))
  }

  /** Cancels all that run and waits until what they did is undone. */
  async stop(): Promise<void> {
    const all = [...this.#jobs.values()].filter(({ job }) => job.state === 'running')
    for (const { abort } of all) abort.abort(new AppError('network.job_cancelled'))
    await Promise.all(all.map(({ ended }) => ended))
  }

  async #run(id: string, work: Work, actor: string): Promise<void> {
    const { abort } = this.#get(id)
    const { now, audit, log } = this.#dependencies
    const follow = this.#progress(id)
    try {
      const made = await work(follow.progress, abort.signal)
      follow.end('done')
      this.#change(id, { state: 'done', ...made, endedAt: new Date(now()).toISOString() })
    } catch (error) {
      const known = error instanceof AppError ? error : new AppError('internal', undefined, { cause: error })
      if (known.code === 'internal') log.error({ err: error }, 'a job for a machine failed')
      follow.end('failed')
      this.#change(id, {
        state: known.code === 'network.job_cancelled' ? 'cancelled' : 'failed',
        endedAt: new Date(now()).toISOString(),
        error: { code: known.code, message: known.message, remedy: known.remedy },
      })
      const { host } = this.#get(id).job
      audit.record({ kind: 'error', message: `the work on ${host} failed: ${known.message}`, code: known.code, actor, sessionId: id })
    }
  }

  #progress(id: string): { readonly progress: Progress; end(state: 'done' | 'failed'): void } {
    const { log } = this.#get(id)
    let enteredMs = 0
    let announcedMs = Number.NEGATIVE_INFINITY
    const withCurrent = (state: Step['state']): Step[] =>
      this.#get(id).job.steps.map((step) =>
        step.state === 'running' ? { ...step, state, ms: Math.round(performance.now() - enteredMs) } : step,
      )
    const line = (text: string): void => {
      const plain = plainLine(text)
      if (plain === '') return
      log.push(plain)
      if (log.length > maxLogLines) log.shift()
      this.#dependencies.events.publish('network.job.log', { id, line: plain }, { volatile: true })
    }
    return {
      progress: {
        plan: (ids: readonly StepId[]) => {
          const before = this.#get(id).job.steps
          const steps = ids.map((each): Step => before.find((step) => step.id === each) ?? { id: each, state: 'waiting', ms: null })
          this.#change(id, { steps })
        },
        enter: (step) => {
          const steps = withCurrent(step === 'undo' ? 'failed' : 'done')
          if (!steps.some((each) => each.id === step)) steps.push({ id: step, state: 'waiting', ms: null })
          enteredMs = performance.now()
          this.#change(id, { steps: steps.map((each) => (each.id === step ? { ...each, state: 'running' } : each)) })
        },
        log: line,
        sent: (sentBytes, totalBytes) => {
          const nowMs = performance.now()
          const isDue = nowMs - announcedMs >= announceMs || sentBytes === totalBytes
          if (isDue) announcedMs = nowMs
          this.#change(id, { sentBytes, totalBytes }, isDue)
        },
      },
      // Going back is done, whatever was before it.
      end: (state) => {
        const isUndoing = this.#get(id).job.steps.some((step) => step.id === 'undo')
        this.#change(id, { steps: withCurrent(isUndoing ? 'done' : state) }, false)
      },
    }
  }

  #change(id: string, changes: Partial<Job>, announces = true): void {
    const running = this.#get(id)
    running.job = { ...running.job, ...changes }
    if (announces) this.#announce(id)
  }

  #announce(id: string): void {
    const { job } = this.#get(id)
    this.#dependencies.events.publish('network.job.updated', job)
  }

  #get(id: string): RunningJob {
    const found = this.#jobs.get(id)
    if (found === undefined) throw new AppError('network.job_not_found', `There is no job "${id}"`)
    return found
  }
}
