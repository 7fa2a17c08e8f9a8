import { eventTopics } from '../platform/events/event-topics.ts'
import type { Role } from '../platform/routes/principal.ts'

/** Least role of an operation or topic; `none`: everybody, without a sign-in. */
export type LeastRole = Role | 'none'

const roles: readonly LeastRole[] = ['none', 'viewer', 'editor', 'admin']

/** What of an OpenAPI document the matrix is made of. */
export interface DescribedApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly description: string }>>>>
}

/** Least role of every operation, by `METHOD /path` below /api/v1, as the API describes itself. */
export function rolesOfOperations({ paths }: DescribedApi): ReadonlyMap<string, LeastRole> {
  return new Map(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { description }]) => {
        const role = /role (\w+)/.exec(description)?.[1] ?? 'none'
        return [`${method.toUpperCase()} ${path.replace('/api/v1', '').replaceAll(/\{(\w+)\}/g, ':$1')}`, role as LeastRole] as const
      }),
    ),
  )
}

/** docs/permissions.md: who may call which route and receives which topic; a test fails where the file differs. */
export function permissionsDocument(api: DescribedApi): string {
  const row = (name: string, min: LeastRole): string =>
    `| ${name} | ${roles.map((role) => (roles.indexOf(role) >= roles.indexOf(min) ? 'yes' : '-')).join(' | ')} |`
  const operations = [...rolesOfOperations(api)].sort(([one], [two]) => pathFirst(one).localeCompare(pathFirst(two)))
  const topics = Object.entries(eventTopics).sort(([one], [two]) => one.localeCompare(two))
  return `# Permissions

Made from the routes and topics of a host by \`node src-main/host/print-permissions.ts\`: do not edit by hand. A route or topic without a
role does not compile, and a role that changes without this file fails a test.

## Routes

Below \`/api/v1\`. A request without a sign-in gets 401 where it may not, one of too low a role 403.

| route | no sign-in | viewer | editor | admin |
|---|---|---|---|---|
${operations.map(([name, min]) => row(`\`${name}\``, min)).join('\n')}

Besides: \`GET /api/v1/openapi.json\` and \`GET /api/v1/docs\` need no sign-in, \`GET /metrics\` needs viewer. Paths below \`/live/\` are watched
and published to by the rules of [access.md](access.md).

## Topics of the event socket

Live, replayed and as Server-Sent Events.

| topic | no sign-in | viewer | editor | admin | what |
|---|---|---|---|---|---|
${topics.map(([name, { role, summary }]) => `${row(`\`${name}\``, role)} ${summary} |`).join('\n')}
`
}

function pathFirst(operation: string): string {
  const [method = '', path = ''] = operation.split(' ')
  return `${path} ${method}`
}
