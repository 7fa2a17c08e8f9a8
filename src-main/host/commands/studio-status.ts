import { table } from '../output.ts'

/** An output as the API reports it. */
export interface OutputReport {
  id: string
  name: string
  kind: string
  state: string
  error: { message: string } | null
}

/** What `GET /studio` answers. */
export interface StudioStatus {
  state: string
  problem: string | null
  open: { name: string; file: string; title: string; revision: number; saved: boolean; conflict: boolean } | null
  outputs: OutputReport[]
}

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
