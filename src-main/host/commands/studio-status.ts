import type { Answer } from '../../api/index.ts'
import { table } from '../output.ts'

/** What `GET /studio` answers. */
export type StudioStatus = Answer<'GET', '/studio'>

/** How the studio is, for people. */
export function statusText({ state, problem, open, outputs }: StudioStatus): string {
  return [
    `Studio: ${state}${problem === null ? '' : ` (${problem})`}`,
    open === null ? 'No collection is open.' : `  ${open.title}, ${open.file}${open.conflict ? ' (changed by another program)' : ''}`,
    ...(outputs.length === 0
      ? []
      : [
          '',
          table(
            ['OUTPUT', 'NAME', 'KIND', 'STATE', 'ERROR'],
            outputs.map((each) => [each.id, each.name, each.kind, each.state, each.error?.message ?? '']),
          ),
        ]),
  ].join('\n')
}
