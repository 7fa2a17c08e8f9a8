import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Value from 'typebox/value'
import { openSecretBox } from '../../platform/identity/secret-box.ts'
import type { Logger } from '../../platform/logger.ts'
import { replaceFile } from '../../platform/storage/replace-file.ts'
import { type FunctionSet, FunctionSetSchema } from './function-set.ts'

/** Functions as a node keeps them, encrypted: their variables have secrets. */
export class NodeFunctions {
  readonly #folder: string
  #set: FunctionSet

  constructor(folder: string, log: Logger) {
    this.#folder = folder
    this.#set = this.#read(log) ?? { id: '', functions: [] }
  }

  get set(): FunctionSet {
    return this.#set
  }

  /** Keeps what the origin sent. Throws what the system says; the node goes on with the former ones then. */
  keep(set: FunctionSet): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    replaceFile(this.#file, openSecretBox(this.#folder).encrypt(JSON.stringify(set)))
    this.#set = set
  }

  get #file(): string {
    return join(this.#folder, 'functions')
  }

  #read(log: Logger): FunctionSet | undefined {
    let text: string
    try {
      text = readFileSync(this.#file, 'utf8')
    } catch {
      return undefined
    }
    try {
      const set: unknown = JSON.parse(openSecretBox(this.#folder).open(text))
      if (Value.Check(FunctionSetSchema, set)) return set
      log.warn({ file: this.#file }, 'the functions that were kept are malformed: they come from the origin again')
    } catch (error) {
      log.warn({ err: error, file: this.#file }, 'the functions that were kept cannot be read: they come from the origin again')
    }
    return undefined
  }
}
