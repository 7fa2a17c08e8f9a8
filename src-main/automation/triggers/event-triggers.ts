import { eventKey } from '../../media/automation/automation-kinds.ts'
import type { AppEvent, EventBus } from '../../platform/events/events.ts'
import { matchesData } from './match-event.ts'
import { type Fire, type RuleTrigger, type TriggerWatcher, triggersOn } from './trigger.ts'

/** Triggers by events of OBS and by topics of the event bus. An event that no rule is about costs one look into a map. */
export class EventTriggers implements TriggerWatcher {
  readonly #fire: Fire
  readonly #leave: () => void
  /** Name of an OBS instance, by its id. */
  readonly #nameOf: (obs: string) => string | undefined
  #byTopic = new Map<string, RuleTrigger<'event'>[]>()
  #byObsEvent = new Map<string, RuleTrigger<'obs-event'>[]>()

  constructor(events: Pick<EventBus, 'subscribe'>, fire: Fire, nameOf: (obs: string) => string | undefined) {
    this.#fire = fire
    this.#nameOf = nameOf
    this.#leave = events.subscribe((event) => this.#take(event))
  }

  follow(triggers: readonly RuleTrigger[]): void {
    this.#byTopic = Map.groupBy(triggersOn(triggers, 'event'), ({ trigger }) => trigger.topic)
    this.#byObsEvent = Map.groupBy(triggersOn(triggers, 'obs-event'), ({ trigger }) => trigger.event)
  }

  stop(): void {
    this.#leave()
  }

  #take({ topic, data }: AppEvent): void {
    for (const { rule, trigger } of this.#byTopic.get(topic) ?? []) {
      if (matchesData(data, trigger.where)) this.#fire(rule, { because: `event ${topic}`, eventKey: eventKey(topic, data) })
    }
    if (topic !== 'obs.event' || this.#byObsEvent.size === 0) return
    const { obs, event, data: said } = data as { readonly obs: string; readonly event: string; readonly data: unknown }
    for (const { rule, trigger } of this.#byObsEvent.get(event) ?? []) {
      if (trigger.obs !== undefined && trigger.obs !== obs && trigger.obs !== this.#nameOf(obs)) continue
      if (matchesData(said, trigger.where)) this.#fire(rule, { because: `event ${event} of OBS`, eventKey: eventKey(topic, data) })
    }
  }
}
