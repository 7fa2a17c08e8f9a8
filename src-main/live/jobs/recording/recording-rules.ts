import { unknownFields } from '../../../media/files/file-names.ts'
import type { Retention } from '../../../media/files/retention.ts'
import { AppError } from '../../../platform/errors.ts'
import type { EventBus } from '../../../platform/events/events.ts'
import type { RecordingStore } from './recording-store.ts'
import { defaultRule, type RecordingRule, type RuleInForce } from './schemas.ts'

const nameFields = ['stream', 'title', 'date', 'time', 'number'] as const

export interface RecordingRulesDependencies {
  readonly store: RecordingStore
  readonly events: EventBus
  /** Id of the stream with that name; undefined before the stream has existed. */
  readonly streamIdOf: (name: string) => string | undefined
}

/** What users want recorded, and for how long it is kept. Each change is stored, then published. */
export class RecordingRules {
  readonly #dependencies: RecordingRulesDependencies
  readonly #rules: Map<string, RecordingRule>
  #retention: Retention

  private constructor(dependencies: RecordingRulesDependencies, rules: Map<string, RecordingRule>, retention: Retention) {
    this.#dependencies = dependencies
    this.#rules = rules
    this.#retention = retention
  }

  static async open(dependencies: RecordingRulesDependencies): Promise<RecordingRules> {
    return new RecordingRules(dependencies, await dependencies.store.rules(), await dependencies.store.retention())
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
    await this.#dependencies.store.saveRule(stream, rule)
    if (rule === undefined) this.#rules.delete(stream)
    else this.#rules.set(stream, rule)
    const { events, streamIdOf } = this.#dependencies
    if (stream === '') {
      events.publish('recording-rule.default', this.of('').rule)
      return
    }
    const id = streamIdOf(stream)
    if (id !== undefined) events.publish('recording-rule.updated', this.of(stream), { stream: id })
  }

  async setRetention(retention: Retention): Promise<void> {
    await this.#dependencies.store.saveRetention(retention)
    this.#retention = retention
    this.#dependencies.events.publish('recording-retention.updated', retention)
  }
}
