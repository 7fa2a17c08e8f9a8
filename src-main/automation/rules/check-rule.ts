import type { RuleSettings, Trigger } from '../../media/automation/rule-schemas.ts'
import { type EventTopic, eventTopics } from '../../platform/events/event-topics.ts'
import type { Fault } from '../../platform/routes/schema-faults.ts'
import { timeOfDay } from '../triggers/wall-clock.ts'

/** Topics that no rule may follow: every rule that runs adds to them. */
const ownTopics = /^(?:audit$|automation\.)/
/** Sent while somebody reads them, many a second. */
const sampledTopics = new Set(['studio.meters', 'studio.drift', 'obs.levels', 'obs.statistics', 'health.log'])

/** What of the settings of a rule cannot work, beyond their schema; undefined where all can. */
export function settingsFault({ triggers, conditions = [] }: RuleSettings, place: string): Fault | undefined {
  for (const [index, trigger] of triggers.entries()) {
    const fault = triggerFault(trigger)
    if (fault !== undefined) return { place: `${place}.triggers[${index}].${fault.place}`, problem: fault.problem }
  }
  for (const [index, condition] of conditions.entries()) {
    const at = `${place}.conditions[${index}]`
    if (condition.is === 'time' && timeOfDay(0, condition.timeZone) === undefined)
      return { place: `${at}.timeZone`, problem: `is no time zone: ${condition.timeZone}` }
    if (condition.is === 'level' && (condition.source === undefined) === (condition.input === undefined))
      return { place: at, problem: 'needs a `source`, or an `input` of OBS' }
  }
  return undefined
}

function triggerFault(trigger: Trigger): Fault | undefined {
  switch (trigger.on) {
    case 'event': {
      const kind = Object.hasOwn(eventTopics, trigger.topic) ? eventTopics[trigger.topic as EventTopic] : undefined
      if (kind === undefined) return { place: 'topic', problem: `is no topic: ${trigger.topic}` }
      if (kind.role === 'admin' || ownTopics.test(trigger.topic) || sampledTopics.has(trigger.topic))
        return { place: 'topic', problem: `cannot trigger a rule: ${trigger.topic}` }
      return undefined
    }
    case 'time':
      return timeOfDay(0, trigger.timeZone) === undefined
        ? { place: 'timeZone', problem: `is no time zone: ${trigger.timeZone}` }
        : undefined
    case 'level':
      return (trigger.source === undefined) === (trigger.input === undefined)
        ? { place: 'source', problem: 'needs a `source`, or an `input` of OBS' }
        : undefined
    case 'stream':
      return trigger.is !== 'publisher-lost' && trigger.value === undefined ? { place: 'value', problem: 'is missing' } : undefined
    default:
      return undefined
  }
}
