import { unknownFields } from '../../../media/files/file-names.ts'
import { AppError } from '../../../platform/errors.ts'
import type { RecordingStore } from './recording-store.ts'
import { defaultRule, type RecordingRule, type Retention, type RuleInForce } from './schemas.ts'

const nameFields = ['stream', 'title', 'date', 'time', 'number'] as const

/** What users want recorded, and for how long it is kept. */
export class RecordingRules {
  readonly #store: RecordingStore
  readonly #rules: Map<string, RecordingRule>
  #retention: Retention

  private constructor(store: RecordingStore, rules: Map<string, RecordingRule>, retention: Retention) {
    this.#store = store
    this.#rules = rules
    this.#retention = retention
  }

  static async open(store: RecordingStore): Promise<RecordingRules> {
    return new RecordingRules(store, await store.rules(), await store.retention())
  }

  get retention(): Retention {
    return this.#retention
  }

  /** The stream's own rule, or the default. */
  of(stream: string): RuleInForce {
    const own = stream === '' ? undefined : this.#rules.get(stream)
    return own ? { rule: own, from: 'stream' } : { rule: this.#rules.get('') ?? defaultRule, from: 'default' }
  }

  /** Sets the rule of a stream, or the default under ''; undefined takes it away. Throws `recording.template_invalid`. */
  async set(stream: string, rule: RecordingRule | undefined): Promise<void> {
    const unknown = rule === undefined ? [] : unknownFields(rule.fileName, nameFields)
    if (unknown.length > 0) throw new AppError('recording.template_invalid', `There is no field {${unknown[0]}}`)
    await this.#store.saveRule(stream, rule)
    if (rule === undefined) this.#rules.delete(stream)
    else this.#rules.set(stream, rule)
  }

  async setRetention(retention: Retention): Promise<void> {
    await this.#store.saveRetention(retention)
    this.#retention = retention
  }
}
