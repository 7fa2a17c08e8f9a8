import { readFileSync } from 'node:fs'
import { Type } from 'typebox'
import Value from 'typebox/value'
import type { Logger } from '../../platform/logger.ts'
import { replaceFile } from '../../platform/storage/replace-file.ts'
import { networkText } from '../limits/network-set.ts'
import { AttackSettingsSchema, defaultAttackSettings, type GuardRules } from './attack-schemas.ts'

const Networks = Type.Array(Type.String({ maxLength: 100 }))
const RulesSchema = Type.Object({
  settings: Type.Partial(AttackSettingsSchema),
  allow: Networks,
  deny: Networks,
  challengeSecret: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
})

/** The rules that the origin last said, in a file of the node: who was denied is denied from its next start on, with or without the origin. */
export class KeptRules {
  readonly #file: string
  readonly #log: Pick<Logger, 'warn'>
  #text = ''

  constructor(file: string, log: Pick<Logger, 'warn'>) {
    this.#file = file
    this.#log = log
  }

  /** Undefined where there is no file, or one that cannot be read. */
  read(): GuardRules | undefined {
    try {
      const text = readFileSync(this.#file, 'utf8')
      const rules: unknown = JSON.parse(text)
      if (!Value.Check(RulesSchema, rules)) throw new Error('the file is malformed')
      this.#text = text
      const valid = (networks: readonly string[]): string[] => networks.filter((each) => networkText(each) !== undefined)
      return { ...rules, settings: { ...defaultAttackSettings, ...rules.settings }, allow: valid(rules.allow), deny: valid(rules.deny) }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        this.#log.warn({ err: error, file: this.#file }, 'who is denied is not known until the node is connected')
      return undefined
    }
  }

  /** A disk that is full costs what is kept, no more. */
  write(rules: GuardRules): void {
    const text = JSON.stringify(rules)
    if (text === this.#text) return
    try {
      replaceFile(this.#file, text)
      this.#text = text
    } catch (error) {
      this.#log.warn({ err: error, file: this.#file }, 'who is denied is not kept for the next start')
    }
  }
}
