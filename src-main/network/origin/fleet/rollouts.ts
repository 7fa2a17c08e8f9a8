import { setTimeout as wait } from 'node:timers/promises'
import type { AuditLog } from '../../../platform/audit.ts'
import { AppError } from '../../../platform/errors.ts'
import type { EventBus } from '../../../platform/events/events.ts'
import type { Logger } from '../../../platform/logger.ts'
import { randomText } from '../../../platform/random-id.ts'
import type { Rollout, RolloutNode } from './rollout-schemas.ts'

/** Rollouts that have ended and are kept. */
const maxEnded = 20
const maxLines = 200
/** Nodes are looked at so often while they have to be well, ms. */
const lookMs = 250
/** A node that is away for so long after its change has lost its connection, ms: a short reconnect says nothing about the change. */
export const lostMs = 5000
/** A host that ends waits so long for nodes to go back, ms. */
const stopMs = 1000

/** How many nodes are changed when. */
export interface Stages {
  readonly first: number
  readonly atOnce: number
  readonly watchS: number
}

/** A change of several nodes. */
export interface RolloutWork {
  readonly kind: Rollout['kind']
  readonly subject: string
  readonly nodes: readonly { readonly id: string; readonly name: string }[]
  readonly stages: Stages
  /** Changes a node. Resolves to false where it is away and left for later. */
  apply(id: string, note: (text: string) => void, signal: AbortSignal): Promise<boolean>
  /** What was done at a node that was changed, if there is more to say than that. */
  done?(id: string): string
  /** A node that was changed is not connected now. */
  isAway(id: string): boolean
  /** Why a node that was changed is not well; undefined where it is, and where it is away. */
  problem(id: string): string | undefined
  /** Has a node as it was before: one that was changed, or that failed. */
  undo(id: string, note: (text: string) => void): Promise<void>
  /** All nodes have been changed, or are away. */
  finish(): Promise<void>
  /** Nothing is changed in the end. */
  abandon(): Promise<void>
}

interface Running {
  rollout: Rollout
  readonly abort: AbortController
  readonly ended: Promise<void>
}

export interface RolloutsDependencies {
  readonly events: EventBus
  readonly audit: AuditLog
  readonly log: Logger
  /** ms since 1970. */
  readonly now: () => number
}

/**
 * Changes that come to some nodes first, and to the others once those are well. The first failure stops them, and every node that was
 * changed goes back. One runs at a time: two would judge each other's nodes.
 */
export class Rollouts {
  readonly #dependencies: RolloutsDependencies
  /** Oldest first. */
  readonly #all = new Map<string, Running>()

  constructor(dependencies: RolloutsDependencies) {
    this.#dependencies = dependencies
  }

  list(): readonly Rollout[] {
    return [...this.#all.values()].map(({ rollout }) => rollout)
  }

  /** Throws `network.rollout_not_found`. */
  find(id: string): Rollout {
    return this.#get(id).rollout
  }

  /** Throws `network.rollout_running`. */
  assertIdle(): void {
    const running = this.list().find(({ state }) => state === 'running')
    if (running !== undefined) throw new AppError('network.rollout_running', `The rollout of ${running.subject} (${running.id}) runs`)
  }

  /** Starts one. Throws `network.rollout_running`. */
  start(work: RolloutWork, actor: string): Rollout {
    this.assertIdle()
    const { now, audit } = this.#dependencies
    const { kind, subject } = work
    const id = `rollout-${randomText(8)}`
    const done = Promise.withResolvers<void>()
    const rollout: Rollout = {
      ...{ id, kind, subject, state: 'running', startedAt: new Date(now()).toISOString(), endedAt: null, log: [], error: null },
      nodes: work.nodes.map((node) => ({ id: node.id, name: node.name, state: 'waiting', note: '' })),
    }
    this.#all.set(id, { rollout, abort: new AbortController(), ended: done.promise })
    const ended = this.list().filter(({ state }) => state !== 'running')
    for (const old of ended.slice(0, Math.max(0, ended.length - maxEnded))) this.#all.delete(old.id)
    audit.record({ kind: 'command', message: `a rollout to ${work.nodes.length} nodes started: ${kind}, ${subject}`, actor, sessionId: id })
    this.#announce(id)
    void this.#run(id, work, actor).finally(() => done.resolve())
    return rollout
  }

  /** Ends one; nodes that were changed go back. Throws `network.rollout_not_found`. */
  cancel(id: string): void {
    this.#get(id).abort.abort(new AppError('network.rollout_cancelled'))
  }

  /** Cancels the one that runs, and waits for a moment until its nodes are as before; a later run goes on from what is there. */
  async stop(): Promise<void> {
    for (const { abort } of this.#all.values()) abort.abort(new AppError('network.rollout_cancelled'))
    const late = new AbortController()
    const ended = Promise.all([...this.#all.values()].map((each) => each.ended))
    await Promise.race([ended, wait(stopMs, undefined, { signal: late.signal }).catch(() => undefined)])
    late.abort()
  }

  async #run(id: string, work: RolloutWork, actor: string): Promise<void> {
    const { now, audit, log } = this.#dependencies
    const { signal } = this.#get(id).abort
    try {
      const { first, atOnce } = work.stages
      let isTried = false
      for (let rest = work.nodes.map((node) => node.id), size = first; rest.length > 0; rest = rest.slice(size)) {
        size = isTried ? atOnce : first
        // Nodes that are away show nothing: the next are the first.
        if (await this.#stage(id, work, rest.slice(0, size), signal)) isTried = true
      }
      await work.finish()
      this.#change(id, { state: 'done', endedAt: new Date(now()).toISOString() })
    } catch (error) {
      const known = error instanceof AppError ? error : new AppError('internal', undefined, { cause: error })
      if (known.code === 'internal') log.error({ err: error }, 'a rollout failed')
      await this.#undo(id, work)
      this.#change(id, {
        state: known.code === 'network.rollout_cancelled' ? 'cancelled' : 'failed',
        endedAt: new Date(now()).toISOString(),
        error: { code: known.code, message: known.message, remedy: known.remedy },
      })
      audit.record({
        kind: 'error',
        message: `the rollout of ${work.subject} ended: ${known.message}`,
        code: known.code,
        actor,
        sessionId: id,
      })
    }
  }

  /** Resolves to whether a node was changed. */
  async #stage(id: string, work: RolloutWork, nodes: readonly string[], signal: AbortSignal): Promise<boolean> {
    const stop = new AbortController()
    const either = AbortSignal.any([signal, stop.signal])
    const results = await Promise.allSettled(
      nodes.map(async (node) => {
        either.throwIfAborted()
        this.#note(id, node, { state: 'running', note: '' })
        try {
          const isChanged = await work.apply(node, (note) => this.#note(id, node, { note }), either)
          this.#note(id, node, isChanged ? {} : { state: 'skipped', note: 'away' })
        } catch (error) {
          this.#note(id, node, { state: 'failed', note: (error as Error).message.slice(0, 1000) })
          // What the others do is ended: they go back anyway.
          stop.abort(error)
          throw error
        }
      }),
    )
    const failed = results.find((result) => result.status === 'rejected')
    if (failed !== undefined) throw stop.signal.aborted ? stop.signal.reason : failed.reason
    const changed = nodes.filter((node) => this.#nodeOf(id, node)?.state === 'running')
    const awaySinceMs = new Map<string, number>()
    for (const end = performance.now() + work.stages.watchS * 1000; ; ) {
      const nowMs = performance.now()
      for (const node of changed) {
        if (!work.isAway(node)) awaySinceMs.delete(node)
        else if (!awaySinceMs.has(node)) awaySinceMs.set(node, nowMs)
        const isLost = nowMs - (awaySinceMs.get(node) ?? nowMs) >= lostMs
        const problem = isLost ? 'the node lost its connection after the change' : work.problem(node)
        if (problem === undefined) continue
        this.#note(id, node, { state: 'failed', note: problem })
        throw new AppError('network.rollout_failed', `${this.#nodeOf(id, node)?.name}: ${problem}`)
      }
      // Who is away at the end comes back, or is lost.
      const leftMs = awaySinceMs.size > 0 ? lookMs : end - nowMs
      if (leftMs <= 0 || changed.length === 0) break
      await wait(Math.min(leftMs, lookMs), undefined, { signal }).catch(() => signal.throwIfAborted())
    }
    for (const node of changed) this.#note(id, node, { state: 'done', note: work.done?.(node) ?? '' })
    return changed.length > 0
  }

  /** Newest first. What cannot be undone is said at the node. */
  async #undo(id: string, work: RolloutWork): Promise<void> {
    const changed = this.#get(id).rollout.nodes.filter(({ state }) => ['running', 'done', 'failed'].includes(state))
    for (const { id: node, state, note } of changed.reverse())
      await work
        .undo(node, (text) => this.#note(id, node, { note: text }))
        .then(
          () => this.#note(id, node, state === 'failed' ? { note } : { state: 'undone', note: '' }),
          (error: Error) => this.#note(id, node, { state: 'failed', note: `It could not go back: ${error.message}`.slice(0, 1000) }),
        )
    await work.abandon().catch((error: unknown) => this.#dependencies.log.error({ err: error }, 'a rollout could not be cleared up'))
  }

  #nodeOf(id: string, node: string): RolloutNode | undefined {
    return this.#get(id).rollout.nodes.find((each) => each.id === node)
  }

  #note(id: string, node: string, changes: Partial<Pick<RolloutNode, 'state' | 'note'>>): void {
    const { rollout } = this.#get(id)
    const nodes = rollout.nodes.map((each) => (each.id === node ? { ...each, ...changes } : each))
    const changed = nodes.find((each) => each.id === node)
    const line = changed === undefined ? '' : `${changed.name}: ${changed.note === '' ? changed.state : changed.note}`
    const log = line === '' || rollout.log.at(-1) === line ? rollout.log : [...rollout.log, line].slice(-maxLines)
    this.#change(id, { nodes, log })
  }

  #change(id: string, changes: Partial<Rollout>): void {
    const running = this.#get(id)
    running.rollout = { ...running.rollout, ...changes }
    this.#announce(id)
  }

  #announce(id: string): void {
    this.#dependencies.events.publish('network.rollout.updated', this.#get(id).rollout)
  }

  #get(id: string): Running {
    const found = this.#all.get(id)
    if (found === undefined) throw new AppError('network.rollout_not_found', `There is no rollout "${id}"`)
    return found
  }
}
