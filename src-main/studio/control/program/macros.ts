import { randomUUID } from 'node:crypto'
import type { ActionFollower } from '../../../media/automation/automation-kinds.ts'
import { AppError, isErrorCode } from '../../../platform/errors.ts'
import type { EventBus } from '../../../platform/events/events.ts'
import type { Logger } from '../../../platform/logger.ts'
import type { Macro } from '../../document/collection.ts'
import type { Action } from '../../document/schemas/action-schemas.ts'

/** Macros that run at once. */
const maxRunning = 16

export interface MacroRun {
  readonly run: string
  readonly macro: string
  readonly state: 'running' | 'done' | 'failed' | 'stopped'
  /** Actions that are done. */
  readonly done: number
  readonly actions: number
  /** Why it failed: of the action behind those that are done. */
  readonly error: { readonly code: string; readonly message: string; readonly remedy: string } | null
}

export interface MacrosDependencies {
  readonly events: Pick<EventBus, 'publish'>
  readonly log: Pick<Logger, 'error'>
  readonly act: (action: Action, actor: string, signal: AbortSignal) => Promise<unknown>
}

interface KeptRun {
  view: MacroRun
  readonly stop: AbortController
  ended: Promise<MacroRun>
}

/** Runs macros: their actions one after the other, until one fails. */
export class Macros {
  readonly #dependencies: MacrosDependencies
  readonly #running = new Map<string, KeptRun>()

  constructor(dependencies: MacrosDependencies) {
    this.#dependencies = dependencies
  }

  get running(): readonly MacroRun[] {
    return [...this.#running.values()].map(({ view }) => view)
  }

  /**
   * Answers when the macro has ended, or after `waitMs` while it goes on. Throws `studio.busy`.
   * @param when `released`: runs what is set for the release of its keys
   */
  async run(macro: Macro, actor: string, when: 'pressed' | 'released' = 'pressed', waitMs = 5000): Promise<MacroRun> {
    const kept = this.#start(macro, when === 'pressed' ? macro.actions : (macro.released ?? []), actor)
    const late = Promise.withResolvers<void>()
    const timer = setTimeout(late.resolve, waitMs)
    await Promise.race([kept.ended, late.promise])
    clearTimeout(timer)
    return kept.view
  }

  /** Answers when the macro has ended, however long it takes; `signal` stops it. Rejects with what failed, and with `studio.busy`. */
  async runToEnd(macro: Macro, actor: string, signal: AbortSignal, follow: ActionFollower): Promise<void> {
    const kept = this.#start(macro, macro.actions, actor, follow)
    const stop = (): void => kept.stop.abort()
    signal.addEventListener('abort', stop, { once: true })
    const { state, error } = await kept.ended
    signal.removeEventListener('abort', stop)
    if (state === 'failed' && error !== null) throw new AppError(isErrorCode(error.code) ? error.code : 'internal', error.message)
    if (state === 'stopped') throw new AppError('automation.stopped')
  }

  #start(macro: Macro, actions: Macro['actions'], actor: string, follow?: ActionFollower): KeptRun {
    if (this.#running.size >= maxRunning) throw new AppError('studio.busy')
    const stop = new AbortController()
    const view: MacroRun = { run: randomUUID(), macro: macro.id, state: 'running', done: 0, actions: actions.length, error: null }
    const kept: KeptRun = { view, stop, ended: Promise.resolve(view) }
    this.#running.set(view.run, kept)
    kept.ended = this.#work(
      { id: macro.id, actions },
      actor,
      stop.signal,
      (next) => {
        kept.view = next
        this.#dependencies.events.publish('studio.macro', next)
      },
      view,
      follow,
    )
    return kept
  }

  /** Throws `studio.not_found`. */
  stop(run: string): void {
    const kept = this.#running.get(run)
    if (kept === undefined) throw new AppError('studio.not_found', 'No macro runs under that id')
    kept.stop.abort()
  }

  /** Stops what runs of macros that `isKept` does not know. */
  stopExcept(isKept: (macro: string) => boolean): void {
    for (const { view, stop } of this.#running.values()) if (!isKept(view.macro)) stop.abort()
  }

  async stopAll(): Promise<void> {
    const all = [...this.#running.values()]
    for (const { stop } of all) stop.abort()
    await Promise.all(all.map(({ ended }) => ended))
  }

  async #work(
    macro: Pick<Macro, 'id' | 'actions'>,
    actor: string,
    signal: AbortSignal,
    notify: (view: MacroRun) => void,
    first: MacroRun,
    follow?: ActionFollower,
  ): Promise<MacroRun> {
    let view = first
    notify(view)
    try {
      for (const action of macro.actions) {
        follow?.before(action as Action)
        await this.#dependencies.act(action as Action, actor, signal).finally(() => follow?.after(action as Action))
        view = { ...view, done: view.done + 1 }
        if (signal.aborted) break
      }
      view = { ...view, state: view.done === view.actions ? 'done' : 'stopped' }
    } catch (error) {
      const known = error instanceof AppError ? error : new AppError('internal', undefined, { cause: error })
      if (known.code === 'internal' && !signal.aborted) this.#dependencies.log.error({ err: error, macro: macro.id }, 'a macro failed')
      view = signal.aborted
        ? { ...view, state: 'stopped' }
        : { ...view, state: 'failed', error: { code: known.code, message: known.message, remedy: known.remedy } }
    }
    this.#running.delete(view.run)
    notify(view)
    return view
  }
}
