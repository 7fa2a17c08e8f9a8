import { type Static, Type } from 'typebox'

export type Severity = 'info' | 'warning' | 'error'

/** A change of the open collection that remedies a finding; one step of its history. */
export const FixSchema = Type.Object({
  at: Type.String({ description: 'place of the edit, as `POST /studio/edits` takes it, e.g. `outputs/ID`' }),
  changes: Type.Record(Type.String(), Type.Unknown()),
})
export type Fix = Static<typeof FixSchema>

export const FindingSchema = Type.Object({
  id: Type.String({ description: 'the code and what it is about: the same for as long as the finding lasts' }),
  code: Type.String({ description: 'which rule, see docs/health.md' }),
  severity: Type.Union([Type.Literal('info'), Type.Literal('warning'), Type.Literal('error')], {
    description: 'info: nothing to do; warning: viewers may notice; error: they do',
  }),
  since: Type.String({ format: 'date-time' }),
  params: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()]), { description: 'what was measured, and what to set' }),
  about: Type.Union(
    [
      Type.Object({
        kind: Type.Union([
          Type.Literal('source'),
          Type.Literal('output'),
          Type.Literal('stream'),
          Type.Literal('destination'),
          Type.Literal('process'),
          Type.Literal('disk'),
          Type.Literal('track'),
        ]),
        id: Type.String(),
        name: Type.String(),
      }),
      Type.Null(),
    ],
    { description: 'null: the machine' },
  ),
  fixes: Type.Array(FixSchema, { description: 'a change of the open collection that remedies it, where there is one' }),
  passing: Type.Boolean({ description: 'reports something that is over: can be dismissed, and goes by itself' }),
})
export type Finding = Static<typeof FindingSchema>

export type Params = Finding['params']
export interface Subject {
  readonly kind: 'source' | 'output' | 'stream' | 'destination' | 'process' | 'disk' | 'track'
  readonly id: string
  readonly name: string
}

/** What a rule sees now. */
export interface Sighting {
  /** `true`: the condition applies; `false`: it does not any more, but not by enough to say that it is over. */
  readonly applies: boolean
  readonly severity: Severity
  readonly params: Params
  /** Left out: the machine. */
  readonly about?: Subject
  readonly fixes?: readonly Fix[]
}
