import type { ErrorKind } from './error-kind.ts'

/** Errors of rules and of what they react to. */
export const automationErrors = {
  'automation.not_found': {
    status: 404,
    title: 'There is no such rule, webhook or dynamic filter',
    remedy: 'See `GET /automation/rules`.',
  },
  'automation.limit': { status: 409, title: 'The maximum number of these is reached', remedy: 'Delete one that is not used.' },
  'automation.busy': { status: 409, title: 'The rule is still running', remedy: 'Wait until it has ended, or stop it.' },
  'automation.stopped': { status: 409, title: 'The rule was stopped', remedy: 'Run it again if that was not meant.' },
  'automation.too_often': {
    status: 429,
    title: 'The webhook was called too often',
    remedy: 'Call it at most 20 times in 10 seconds; wait 10 seconds.',
  },
} as const satisfies Record<string, ErrorKind>
