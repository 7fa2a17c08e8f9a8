import type { TopicKind } from './topic-kind.ts'

/** Topics of rules. */
export const automationTopics = {
  'automation.fired': { role: 'editor', state: 'GET /automation/log', summary: 'A rule was triggered: what became of it' },
  'automation.rule.removed': { role: 'editor', state: 'GET /automation/rules', summary: 'A rule was deleted, or its show was closed' },
  'automation.rule.updated': { role: 'editor', state: 'GET /automation/rules', summary: 'A rule was created or changed, started or ended' },
  'automation.variable': { role: 'editor', state: 'GET /automation/variables', summary: 'A variable was set' },
} as const satisfies Record<string, TopicKind>
