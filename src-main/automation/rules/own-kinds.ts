import { type VariableAction, variableActionSchemas } from '../../media/automation/action-schemas.ts'
import type { AutomationKinds } from '../../media/automation/automation-kinds.ts'
import type { Variables } from '../engine/variables.ts'
import type { AudioLevels } from '../triggers/audio-levels.ts'
import { isOnDay, secondsOf, timeOfDay } from '../triggers/wall-clock.ts'

export interface OwnKindsDependencies {
  readonly variables: Variables
  readonly levels: AudioLevels
  /** Id of an OBS instance by its id or name. */
  readonly idOf: (obs: string) => string | undefined
  /** ms since 1970. */
  readonly now?: () => number
}

/** Registers what belongs to no other part: variables, times and levels. */
export function registerOwnKinds(kinds: AutomationKinds, { variables, levels, idOf, now = Date.now }: OwnKindsDependencies): void {
  kinds.addAction('set-variable', {
    schema: variableActionSchemas['set-variable'],
    async perform(action) {
      const { name, value } = action as VariableAction
      variables.set(name, value)
      return null
    },
    problem: () => undefined,
    causes: () => [],
  })
  kinds.addCondition('variable', ({ name, value }) => {
    const actual = variables.get(name)
    return {
      met: actual !== undefined && String(actual) === String(value),
      because: `${name} is ${actual === undefined ? 'not set' : `"${actual}"`}`,
    }
  })
  kinds.addCondition('time', ({ from, to, days, timeZone }) => {
    const time = timeOfDay(now(), timeZone)
    if (time === undefined) return { met: false, because: `there is no time zone "${timeZone}"` }
    const [start, end] = [secondsOf(from), secondsOf(to)]
    const overMidnight = end <= start
    const within = overMidnight ? time.seconds >= start || time.seconds < end : time.seconds >= start && time.seconds < end
    // Behind midnight it is still the evening of the day before.
    const day = overMidnight && time.seconds < end ? (time.day + 6) % 7 : time.day
    const clock = [Math.floor(time.seconds / 3600), Math.floor(time.seconds / 60) % 60]
      .map((part) => String(part).padStart(2, '0'))
      .join(':')
    return { met: within && isOnDay(day, days), because: `it is ${clock}` }
  })
  kinds.addCondition('level', ({ source, obs, input, above }) => {
    const peakDb = levels.peakOf({
      ...(source !== undefined && { source }),
      ...(input !== undefined && { input }),
      ...(obs !== undefined && { obs: idOf(obs) ?? obs }),
    })
    return {
      met: peakDb !== undefined && peakDb > above,
      because: peakDb === undefined ? 'no level is measured' : `the level is ${Math.round(peakDb)} dB`,
    }
  })
}
