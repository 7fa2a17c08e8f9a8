import type { AuditLog } from '../../../../platform/audit.ts'
import type { EventBus } from '../../../../platform/events/events.ts'
import type { Collection } from '../../../document/collection.ts'
import type { UnexpectedEnd } from '../../../studio-dependencies.ts'
import type { StoredFile } from '../../outputs/files/studio-file.ts'
import type { ReturnedOutput, StudioOutputs } from '../../outputs/studio-outputs.ts'
import type { StateStore } from '../../state-store.ts'
import type { ProgramState } from '../program-state.ts'
import type { SafeMode } from './safe-mode.ts'

export interface RecoveryDependencies {
  readonly ended: UnexpectedEnd | undefined
  readonly store: Pick<StateStore, 'get' | 'set'>
  readonly outputs: Pick<StudioOutputs, 'list' | 'start' | 'stop'>
  /** Files that were being written when the host ended. */
  readonly recovered: () => readonly StoredFile[]
  readonly collection: () => Collection | undefined
  readonly program: () => ProgramState
  readonly safeMode: SafeMode
  /** Hosts ended unexpectedly often, not long ago. */
  readonly crashesOften: () => boolean
  readonly events: Pick<EventBus, 'publish' | 'subscribe'>
  readonly audit: Pick<AuditLog, 'record'>
}

/** What a host left that ended unexpectedly, and what became of it. */
export interface RecoveryOffer {
  readonly endedAt: string
  readonly cause: string | null
  /** What is on air now, as it was then. */
  readonly scenes: readonly { readonly canvas: string; readonly scene: string }[]
  /** Outputs that ran then. */
  readonly outputs: readonly ReturnedOutput[]
  readonly recordings: readonly Pick<StoredFile, 'id' | 'title' | 'state' | 'durationMs' | 'bytes'>[]
}

export interface RecoveryReport {
  /** Null where the host before ended in order, and once somebody answered. */
  readonly offer: RecoveryOffer | null
  readonly safeMode: {
    readonly on: boolean
    /** Hosts ended often: it is worth a try. */
    readonly offered: boolean
    readonly leftOut: readonly { readonly id: string; readonly name: string; readonly kind: string }[]
  }
}

const key = 'recovery'

/** Offers to go on where a host was that ended unexpectedly, until somebody answers. */
export class Recovery {
  readonly #dependencies: RecoveryDependencies
  readonly #leave: () => void
  /** Left off by hosts before, which nobody answered for. */
  readonly #unanswered: readonly ReturnedOutput[]
  #returned: readonly ReturnedOutput[] = []
  #open: boolean

  constructor(dependencies: RecoveryDependencies) {
    const { ended, store, events, recovered } = dependencies
    this.#dependencies = dependencies
    this.#open = ended !== undefined
    this.#unanswered = this.#open ? ((store.get(key) ?? []) as readonly ReturnedOutput[]) : []
    this.#leave = events.subscribe(({ topic, data }) => {
      if (!this.#open) return
      const { id } = (data ?? {}) as { readonly id?: unknown }
      if (topic === 'studio.file.updated' && recovered().some((file) => file.id === id)) this.publish()
    })
  }

  /** The show of before is open again: what ran then went on by itself, or was left off. */
  returned(outputs: readonly ReturnedOutput[]): void {
    if (!this.#open) return
    const known = new Set(outputs.map(({ id }) => id))
    this.#returned = [...outputs, ...this.#unanswered.filter(({ id }) => !known.has(id))]
    const left = this.#returned.filter(({ goesOn }) => !goesOn)
    this.#dependencies.store.set(key, left.length === 0 ? undefined : left)
    this.publish()
  }

  report(): RecoveryReport {
    const { safeMode, crashesOften, collection } = this.#dependencies
    const leftOut = (collection()?.sources ?? []).filter((source) => safeMode.leavesOut(source))
    return {
      offer: this.#open ? this.#offer() : null,
      safeMode: {
        on: safeMode.on,
        offered: !safeMode.on && (crashesOften() || safeMode.losesOften),
        leftOut: leftOut.map(({ id, name, kind }) => ({ id, name, kind })),
      },
    }
  }

  /** Goes on where the host was: starts what was left off. Or does not: ends what went on by itself. Outputs report what becomes of them. */
  async answer(goOn: boolean, actor: string): Promise<RecoveryReport> {
    const { outputs, audit } = this.#dependencies
    if (this.#open) {
      this.#close()
      const present = new Set(outputs.list().map(({ id }) => id))
      const chosen = this.#returned.filter(({ id, goesOn }) => goesOn !== goOn && present.has(id))
      const what = goOn ? 'to go on where the host was when it ended unexpectedly' : 'not to go on where the host was'
      audit.record({ kind: 'command', message: `studio: chose ${what}`, actor })
      await Promise.allSettled(chosen.map(({ id }) => (goOn ? outputs.start(id, actor) : outputs.stop(id, actor))))
    }
    return this.report()
  }

  /** Announces how it is now. */
  publish(): void {
    this.#dependencies.events.publish('studio.recovery', this.report())
  }

  /** The host ends in order: nothing is offered at its next start. */
  stop(): void {
    this.#leave()
    this.#dependencies.store.set(key, undefined)
  }

  #close(): void {
    this.#open = false
    this.#dependencies.store.set(key, undefined)
    this.publish()
  }

  #offer(): RecoveryOffer {
    const { ended, collection, program, recovered } = this.#dependencies
    const open = collection()
    const nameIn = (list: readonly { readonly id: string; readonly name: string }[] | undefined, id: string): string =>
      list?.find((each) => each.id === id)?.name ?? id
    const { canvases } = open === undefined ? { canvases: [] } : program()
    return {
      endedAt: new Date(ended?.atMs ?? 0).toISOString(),
      cause: ended?.cause ?? null,
      scenes: canvases.map((on) => ({ canvas: nameIn(open?.canvases, on.canvas), scene: nameIn(open?.scenes, on.program) })),
      outputs: this.#returned,
      recordings: recovered().map(({ id, title, state, durationMs, bytes }) => ({ id, title, state, durationMs, bytes })),
    }
  }
}
