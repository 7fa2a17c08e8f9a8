import type { Kysely } from 'kysely'
import type { AutomationKinds } from '../media/automation/automation-kinds.ts'
import type { AuditLog } from '../platform/audit.ts'
import type { EventBus } from '../platform/events/events.ts'
import type { Logger } from '../platform/logger.ts'
import type { RouteDefinition } from '../platform/routes/routes.ts'
import { FiringLog } from './engine/firing-log.ts'
import { RuleEngine } from './engine/rule-engine.ts'
import { Variables } from './engine/variables.ts'
import { logRoutes } from './routes/log-routes.ts'
import { ruleRoutes } from './routes/rule-routes.ts'
import { webhookRoutes } from './routes/webhook-routes.ts'
import { HostRules } from './rules/host-rules.ts'
import { registerOwnKinds } from './rules/own-kinds.ts'
import { RuleViews } from './rules/rule-views.ts'
import { createEntryStore } from './store/entry-store.ts'
import { AudioLevels } from './triggers/audio-levels.ts'
import { EventTriggers } from './triggers/event-triggers.ts'
import { LevelTriggers } from './triggers/level-triggers.ts'
import { StreamTriggers } from './triggers/stream-triggers.ts'
import { TimeTriggers } from './triggers/time-triggers.ts'
import type { Fire, RuleTrigger } from './triggers/trigger.ts'
import { Webhooks } from './triggers/webhooks.ts'

export { automationMigrations } from './migrations.ts'

export interface AutomationDependencies {
  // biome-ignore lint/suspicious/noExplicitAny: each part types the tables that are its own
  readonly database: Kysely<any>
  readonly events: EventBus
  readonly audit: AuditLog
  readonly log: Logger
  /** What parts can do, and the rules that they have. */
  readonly kinds: AutomationKinds
  /** Name of a stream that is live. */
  readonly streamName: (id: string) => string | undefined
  /** An OBS instance by its id or name. */
  readonly findObs: (idOrName: string) => { readonly id: string; readonly name: string } | undefined
}

/** Rules: what triggers them, whether they run, and what became of it. */
export interface Automation {
  readonly routes: readonly RouteDefinition[]
  /** Nothing fires before. */
  start(): void
  stop(): Promise<void>
}

/** Makes the automation part from what is kept in the database. */
export async function createAutomation(dependencies: AutomationDependencies): Promise<Automation> {
  const { database, events, audit, log, kinds, streamName, findObs } = dependencies
  const firings = new FiringLog((firing) => events.publish('automation.fired', firing, { volatile: true }))
  const engine = new RuleEngine({ kinds, log: firings, audit, logger: log, onChange: (key) => views.changed(key) })
  const views = new RuleViews({ kinds, engine, hostRule: (id) => hostRules.find(id), events })
  const hostRules: HostRules = await HostRules.open({ store: createEntryStore(database, 'rule'), kinds })
  const webhooks = await Webhooks.open(createEntryStore(database, 'webhook'))
  const variables = new Variables((name, value) => events.publish('automation.variable', { name, value }))
  const levels = new AudioLevels(events)
  const idOf = (obs: string): string | undefined => findObs(obs)?.id
  registerOwnKinds(kinds, { variables, levels, idOf })

  let triggers: readonly RuleTrigger[] = []
  let started = false
  const fire: Fire = (rule, cause) => {
    if (started) engine.fire(rule, cause)
  }
  const watchers = [
    new EventTriggers(events, fire, (obs) => findObs(obs)?.name),
    new TimeTriggers(fire),
    new StreamTriggers(events, fire, streamName),
    new LevelTriggers(levels, fire, idOf),
  ]
  const follow = (): void => {
    const rules = kinds.rules().filter(({ settings }) => settings.mode !== 'off')
    triggers = rules.flatMap((rule) => rule.settings.triggers.map((trigger) => ({ rule, trigger })))
    const levelsOf = [
      ...triggers.flatMap(({ trigger }) => (trigger.on === 'level' ? [trigger] : [])),
      ...rules.flatMap(({ settings }) => (settings.conditions ?? []).flatMap((each) => (each.is === 'level' ? [each] : []))),
    ]
    levels.want([
      ...(levelsOf.some(({ source }) => source !== undefined) ? (['studio.meters'] as const) : []),
      ...(levelsOf.some(({ input }) => input !== undefined) ? (['obs.levels'] as const) : []),
    ])
    for (const watcher of watchers) watcher.follow(triggers)
    engine.rulesChanged()
    views.follow()
  }
  const leavePresses = kinds.onFire((rule, because) => fire(rule, { because }))
  const leave = kinds.onRulesChange(() => {
    if (started) follow()
  })
  return {
    routes: [
      ...ruleRoutes({ kinds, engine, hostRules, views, audit }),
      ...logRoutes({ firings, variables, audit }),
      ...webhookRoutes({
        webhooks,
        audit,
        fire: (webhook) => {
          const meant = triggers.filter(({ trigger }) => trigger.on === 'webhook' && trigger.webhook === webhook.id)
          for (const { rule } of meant) fire(rule, { because: `webhook ${webhook.name}` })
          return meant.length
        },
      }),
    ],
    start() {
      started = true
      follow()
    },
    async stop() {
      started = false
      leave()
      leavePresses()
      for (const watcher of watchers) watcher.stop()
      levels.stop()
      views.stop()
      firings.stop()
      await engine.stop()
    },
  }
}
