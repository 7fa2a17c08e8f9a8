import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Static, Type } from 'typebox'
import Value from 'typebox/value'
import { readConfigText } from '../../platform/config/config-text.ts'
import type { Logger } from '../../platform/logger.ts'
import { isRecord } from '../../platform/routes/schema-faults.ts'
import { replaceFile } from '../../platform/storage/replace-file.ts'
import { Turns } from '../../platform/timing/turns.ts'
import { type NodeFile, parseNodeFile } from '../config/node-file.ts'

const KeptSchema = Type.Object({ id: Type.String({ maxLength: 64 }), text: Type.String({ maxLength: 2 ** 20 }) })
type Kept = Static<typeof KeptSchema>
const nothing: Kept = { id: '', text: '' }

export interface NodeConfigurationOptions {
  /** Where what the origin sent is kept over a restart; secrets are in it. */
  readonly folder: string
  /** The node's own file. */
  readonly own: NodeFile
  /** Uses a configuration. Where it rejects, the one before goes on. */
  readonly apply: (file: NodeFile) => Promise<void>
  readonly log: Logger
}

/** What a node is configured with: what its origin sends for its group, and above it what its own file says. */
export class NodeConfiguration {
  readonly #options: NodeConfigurationOptions
  readonly #turns = new Turns(20, 'changes of the configuration', 'network.busy')
  #own: NodeFile
  #group: Kept
  #current: NodeFile

  constructor(options: NodeConfigurationOptions) {
    this.#options = options
    this.#own = options.own
    this.#group = readKept(fileOf(options.folder))
    try {
      this.#current = merged(this.#own, this.#group.text)
    } catch (error) {
      options.log.error({ err: error }, 'the configuration of the group is not used')
      this.#group = nothing
      this.#current = this.#own
    }
  }

  /** Id of the configuration of the group that is used; empty for none. */
  get id(): string {
    return this.#group.id
  }

  get current(): NodeFile {
    return this.#current
  }

  /** What the node's own file says. */
  get own(): readonly string[] {
    return Object.keys(this.#own.said)
  }

  /** Uses what the origin sent for the group. Rejects with what is wrong with it; the configuration before goes on then. */
  useGroup(group: Kept): Promise<void> {
    return this.#turns.next(async () => {
      const file = merged(this.#own, group.text)
      await this.#apply(file)
      replaceFile(fileOf(this.#options.folder), JSON.stringify(group))
      this.#group = group
    })
  }

  /** Uses a changed file of the node. Rejects as `useGroup`. */
  useOwn(own: NodeFile): Promise<void> {
    return this.#turns.next(async () => {
      await this.#apply(merged(own, this.#group.text))
      this.#own = own
    })
  }

  /** Goes on without the group: what it said keeps the node from starting. */
  dropGroup(): void {
    this.#group = nothing
    this.#current = this.#own
  }

  async #apply(file: NodeFile): Promise<void> {
    try {
      await this.#options.apply(file)
    } catch (error) {
      throw file.locate(error)
    }
    this.#current = file
  }
}

const fileOf = (folder: string): string => join(folder, 'group.json')

function readKept(path: string): Kept {
  try {
    const kept: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return Value.Check(KeptSchema, kept) ? kept : nothing
  } catch {
    return nothing
  }
}

/** The node's own file above what its group says, property by property. Throws `config.invalid`. */
function merged(own: NodeFile, text: string): NodeFile {
  if (text === '') return own
  const group = readConfigText(text, 'configuration')
  const said = isRecord(group.value) ? group.value : {}
  const isOwn = (place: string): boolean => Object.hasOwn(own.said, /^\w*/.exec(place)?.[0] ?? '')
  const file = parseNodeFile(
    {
      path: own.options.path,
      value: { ...said, ...own.said },
      where: (place, of) => (isOwn(place) ? own.options : group).where(place, of),
    },
    [],
  )
  return { ...file, options: own.options, said: own.said }
}
