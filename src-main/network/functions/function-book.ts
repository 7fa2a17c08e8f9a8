import { createHash } from 'node:crypto'
import type { AuditLog } from '../../platform/audit.ts'
import { AppError } from '../../platform/errors.ts'
import type { EventBus } from '../../platform/events/events.ts'
import { allowedHostFault } from '../../platform/outbound/allowed-hosts.ts'
import { Turns } from '../../platform/timing/turns.ts'
import type { FunctionLine } from './function-line.ts'
import type { FunctionRunner } from './function-runner.ts'
import type { Deploy, ShownFunction, WholeFunction } from './function-schemas.ts'
import { type FunctionSet, type NodeFunction, readRoute } from './function-set.ts'
import type { FunctionStore, StoredFunction, StoredVersion } from './function-store.ts'
import type { FileFault } from './run-messages.ts'

export interface FunctionBookDependencies {
  readonly store: FunctionStore
  /** Checks what is deployed. */
  readonly runner: Pick<FunctionRunner, 'check'>
  /** Nodes that are enabled. */
  readonly nodes: () => readonly { readonly id: string; readonly name: string }[]
  readonly events: Pick<EventBus, 'publish'>
  readonly audit: AuditLog
  /** ms since 1970. */
  readonly now: () => number
}

/** One version: what was deployed, and what became of it without types. */
interface Content extends Deploy {
  readonly deployedBy: string
  readonly code: Readonly<Record<string, string>>
  readonly modules: Readonly<Record<string, string>>
}

interface KeptVersion extends Omit<StoredVersion, 'content'> {
  readonly content: Content
}

interface Kept {
  readonly name: string
  readonly version: number
  readonly secrets: Readonly<Record<string, string>>
  readonly versions: readonly KeptVersion[]
}

/** A node that is connected. */
interface Attached {
  readonly send: (set: FunctionSet) => void
  /** Functions that it has said to have, and why it cannot use those that it was sent. */
  id: string
  fault: string | null
}

const maxFunctions = 100
const maxSecrets = 100
const maxVersions = 20
/** Of one function's files together, characters. */
const maxFileText = 1_400_000
/** Lines of each function that are kept. */
const maxLines = 500
/** A node that has not answered by then is reported as waiting, ms. */
const answerMs = 10_000

/** The origin's functions: deployed in versions, sent to all nodes. */
export class FunctionBook {
  readonly #dependencies: FunctionBookDependencies
  readonly #functions: Map<string, Kept>
  readonly #attached = new Map<string, Attached>()
  readonly #lines = new Map<string, (FunctionLine & { readonly node: string })[]>()
  readonly #turns = new Turns(20, 'changes of functions', 'network.busy')
  #waiting = new Set<() => void>()
  #set: FunctionSet

  private constructor(dependencies: FunctionBookDependencies, stored: readonly StoredFunction[]) {
    this.#dependencies = dependencies
    this.#functions = new Map(
      stored.map(({ versions, ...rest }) => [
        rest.name,
        { ...rest, versions: versions.map(({ content, ...each }) => ({ ...each, content: JSON.parse(content) as Content })) },
      ]),
    )
    this.#set = setOf(this.#functions)
  }

  static async open(dependencies: FunctionBookDependencies): Promise<FunctionBook> {
    return new FunctionBook(dependencies, await dependencies.store.all())
  }

  list(): ShownFunction[] {
    return [...this.#functions.values()].sort((one, other) => (one.name < other.name ? -1 : 1)).map((each) => this.#shown(each))
  }

  /** Throws `network.function_not_found`. */
  find(name: string): WholeFunction {
    const kept = this.#kept(name)
    const { main, files } = current(kept).content
    const versions = kept.versions
      .map(({ version, deployedAt, content }) => ({ version, deployedAt, deployedBy: content.deployedBy }))
      .reverse()
    return { ...this.#shown(kept), main, files, versions }
  }

  /** The values of a function's secrets. Throws `network.function_not_found`. */
  secretsOf(name: string): Readonly<Record<string, string>> {
    return this.#kept(name).secrets
  }

  /** Deploys a version and waits for nodes. Throws `network.function_invalid` and `network.function_limit_reached`. */
  async deploy(name: string, wanted: Deploy, actor: string): Promise<ShownFunction> {
    const { runner, store, now } = this.#dependencies
    for (const route of wanted.routes) {
      if (readRoute(route) === undefined) {
        const why = `${JSON.stringify(route)} is no route: write /path, /path/* or HOST/path/*; live streams are not behind functions`
        throw new AppError('network.function_invalid', why)
      }
    }
    checkDeployed(wanted)
    const { files: code, modules, faults } = await runner.check(wanted)
    if (faults.length > 0) throw invalidFiles(faults)
    return this.#change(`function ${name} was deployed`, actor, name, async () => {
      const known = this.#functions.get(name)
      this.#checkRoutes(name, wanted.routes)
      if (known === undefined && this.#functions.size >= maxFunctions)
        throw new AppError('network.function_invalid', `There are ${maxFunctions} functions already`)
      const content: Content = { ...wanted, deployedBy: actor, code, modules }
      const version = (known?.versions.at(-1)?.version ?? 0) + 1
      const deployedAt = new Date(now()).toISOString()
      const versions = [...(known?.versions ?? []), { version, deployedAt, content }].slice(-maxVersions)
      await store.add(name, { version, deployedAt, content: JSON.stringify(content) }, versions[0]?.version ?? 0)
      this.#functions.set(name, { name, version, secrets: known?.secrets ?? {}, versions })
    })
  }

  /** Uses another version, the one before where left out. Throws `network.function_not_found` and `network.function_no_version`. */
  rollback(name: string, wanted: number | undefined, actor: string): Promise<ShownFunction> {
    return this.#change(`function ${name} was rolled back`, actor, name, async () => {
      const kept = this.#kept(name)
      const found = kept.versions.findLast(({ version }) => (wanted === undefined ? version < kept.version : version === wanted))
      if (found === undefined)
        throw new AppError('network.function_no_version', `${name} has no version ${wanted ?? 'before its present one'}`)
      this.#checkRoutes(name, found.content.routes)
      await this.#dependencies.store.use(name, found.version)
      this.#functions.set(name, { ...kept, version: found.version })
    })
  }

  /** Sets or, without a value, removes a secret. Throws `network.function_not_found` and `network.function_invalid`. */
  setSecret(name: string, key: string, value: string | undefined, actor: string): Promise<ShownFunction> {
    return this.#change(`a secret of function ${name} was ${value === undefined ? 'removed' : 'set'}`, actor, name, async () => {
      const kept = this.#kept(name)
      const secrets = { ...kept.secrets }
      if (value === undefined) delete secrets[key]
      else secrets[key] = value
      if (Object.keys(secrets).length > maxSecrets)
        throw new AppError('network.function_invalid', `A function has ${maxSecrets} secrets at most`)
      await this.#dependencies.store.setSecrets(name, secrets)
      this.#functions.set(name, { ...kept, secrets })
    })
  }

  /** Throws `network.function_not_found`. */
  async remove(name: string, actor: string): Promise<void> {
    await this.#change(`function ${name} was removed`, actor, name, async () => {
      this.#kept(name)
      await this.#dependencies.store.remove(name)
      this.#functions.delete(name)
      this.#lines.delete(name)
    })
  }

  /** The last lines of a function's log, oldest first. Throws `network.function_not_found`. */
  lines(name: string): readonly (FunctionLine & { readonly node: string })[] {
    this.#kept(name)
    return this.#lines.get(name) ?? []
  }

  /**
   * A node has connected.
   * @param id functions that it has; undefined for one of an older version, which takes none
   */
  attach(node: string, id: string | undefined, send: (set: FunctionSet) => void): () => void {
    if (id === undefined) return () => undefined
    const attached: Attached = { send, id, fault: null }
    this.#attached.set(node, attached)
    if (id !== this.#set.id) send(this.#set)
    this.#announce()
    return () => {
      if (this.#attached.get(node) === attached) this.#attached.delete(node)
      this.#announce()
    }
  }

  /** A node uses functions, or cannot. */
  used(node: string, id: string, fault: string | undefined): void {
    const attached = this.#attached.get(node)
    if (attached === undefined) return
    attached.id = fault === undefined ? id : attached.id
    attached.fault = id === this.#set.id ? (fault ?? null) : attached.fault
    this.#announce()
  }

  /** Takes what functions log at a node. */
  addLines(node: string, lines: readonly FunctionLine[]): void {
    const { events } = this.#dependencies
    for (const line of lines) {
      if (!this.#functions.has(line.name)) continue
      const kept = this.#lines.get(line.name) ?? []
      kept.push({ ...line, node })
      if (kept.length > maxLines) kept.shift()
      this.#lines.set(line.name, kept)
      events.publish('network.function.log', { ...line, node }, { volatile: true })
    }
  }

  #kept(name: string): Kept {
    const kept = this.#functions.get(name)
    if (kept === undefined) throw new AppError('network.function_not_found', `There is no function ${JSON.stringify(name)}`)
    return kept
  }

  /** Which function answers must not depend on chance. */
  #checkRoutes(name: string, routes: readonly string[]): void {
    for (const other of this.#functions.values()) {
      const taken = other.name === name ? undefined : current(other).content.routes.find((route) => routes.includes(route))
      if (taken !== undefined) throw new AppError('network.function_invalid', `${other.name} answers at ${taken} already`)
    }
  }

  async #change(message: string, actor: string, name: string, act: () => Promise<void>): Promise<ShownFunction> {
    await this.#turns.next(async () => {
      await act()
      this.#set = setOf(this.#functions)
      this.#dependencies.audit.record({ kind: 'command', message, actor, data: { version: this.#functions.get(name)?.version ?? null } })
      for (const attached of this.#attached.values()) {
        attached.fault = null
        attached.send(this.#set)
      }
      this.#announce()
    })
    await this.#untilUsed(this.#set.id)
    const kept = this.#functions.get(name)
    return kept === undefined ? nothing(name) : this.#shown(kept)
  }

  /** Resolves once each connected node has these, or others, or has said why not. */
  async #untilUsed(id: string): Promise<void> {
    const isUsed = (): boolean => this.#set.id !== id || [...this.#attached.values()].every((each) => each.id === id || each.fault !== null)
    if (isUsed()) return
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        this.#waiting.delete(look)
        resolve()
      }
      const look = (): void => {
        if (isUsed()) done()
      }
      const timer = setTimeout(done, answerMs)
      this.#waiting.add(look)
    })
  }

  #announce(): void {
    for (const look of [...this.#waiting]) look()
    this.#dependencies.events.publish('network.functions.updated', { items: this.list() })
  }

  #shown(kept: Kept): ShownFunction {
    const { content, deployedAt } = current(kept)
    return {
      ...{ name: kept.name, version: kept.version, deployedAt, routes: [...content.routes], fetchHosts: [...content.fetchHosts] },
      variables: { ...content.variables },
      secrets: Object.keys(kept.secrets).sort(),
      nodes: this.#dependencies.nodes().map(({ id, name }) => {
        const attached = this.#attached.get(id)
        const state =
          attached === undefined ? 'away' : attached.fault !== null ? 'failed' : attached.id === this.#set.id ? 'done' : 'waiting'
        return { id, name, state, reason: attached?.fault ?? null }
      }),
    }
  }
}

/** Throws `network.function_invalid` for files and hosts that cannot be what they should. */
export function checkDeployed({ main, files, fetchHosts }: Pick<Deploy, 'main' | 'files' | 'fetchHosts'>): void {
  const fail = (message: string): never => {
    throw new AppError('network.function_invalid', message)
  }
  if (!Object.hasOwn(files, main) || main.endsWith('.wasm')) fail(`There is no file ${main} of JavaScript or TypeScript`)
  if (Object.values(files).reduce((sum, text) => sum + text.length, 0) > maxFileText) fail('All files together have at most 1 MiB')
  for (const [file, text] of Object.entries(files)) {
    if (/(?:^|\/)\.{1,2}(?:\/|$)|\/\//.test(file)) fail(`${file} is no name of a file`)
    if (file.endsWith('.wasm') && !/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text))
      fail(`${file} is not base64`)
  }
  for (const host of fetchHosts) {
    const fault = allowedHostFault(host)
    if (fault !== undefined) fail(fault)
  }
}

/** The error for mistakes in files: the first in its message, all of them in its details. */
export function invalidFiles(faults: readonly FileFault[]): AppError {
  const [first] = faults
  const place = first === undefined || first.line === 0 ? '' : `:${first.line}:${first.column}`
  return new AppError('network.function_invalid', `${first?.file}${place}: ${first?.message}`, { details: { faults } })
}

function current(kept: Kept): KeptVersion {
  return kept.versions.find(({ version }) => version === kept.version) ?? (kept.versions.at(-1) as KeptVersion)
}

function setOf(functions: ReadonlyMap<string, Kept>): FunctionSet {
  const list = [...functions.values()].map((kept): NodeFunction => {
    const { main, code, modules, routes, fetchHosts, variables } = current(kept).content
    return {
      ...{ name: kept.name, version: kept.version, main, files: code, modules, routes: [...routes], fetchHosts: [...fetchHosts] },
      env: { ...variables, ...kept.secrets },
      secrets: Object.keys(kept.secrets).sort(),
    }
  })
  const id = list.length === 0 ? '' : createHash('sha256').update(JSON.stringify(list)).digest('hex')
  return { id, functions: list }
}

function nothing(name: string): ShownFunction {
  return { name, version: 0, deployedAt: new Date(0).toISOString(), routes: [], fetchHosts: [], variables: {}, secrets: [], nodes: [] }
}
