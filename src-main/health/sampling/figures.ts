import { type Static, Type } from 'typebox'

/** What was measured at one moment: values by the names of their figures. What a system does not say is left out. */
export interface HealthSample {
  /** ms since 1970. */
  readonly timeMs: number
  /** By name, see docs/health.md: `cpu`, `bitrate:output/ID`, … */
  readonly values: Readonly<Record<string, number>>
}

/** A process of ours as it was last. */
export const OwnProcessSchema = Type.Object({
  pid: Type.Integer(),
  name: Type.String({ description: '`host`, or its name in the list of workers' }),
  of: Type.Union([Type.String(), Type.Null()], { description: 'id of the source that it runs for' }),
  cpu: Type.Number({ description: 'cores' }),
  memoryBytes: Type.Number(),
})
export type OwnProcess = Static<typeof OwnProcessSchema>

export const MarkSchema = Type.Object({
  timeMs: Type.Integer(),
  kind: Type.Union(
    [
      Type.Literal('scene'),
      Type.Literal('output-failed'),
      Type.Literal('output-recovered'),
      Type.Literal('overload'),
      Type.Literal('process'),
      Type.Literal('clock'),
    ],
    {
      description:
        'scene: a scene went on air; output-failed, output-recovered: of an output or a destination; overload: the machine was busy; process: one ended by itself; clock: the clock of the system was set',
    },
  ),
  name: Type.String({ description: 'of the scene, output or process; empty for marks of the whole host' }),
})
export type Mark = Static<typeof MarkSchema>

export const FiguresSchema = Type.Object({
  everyMs: Type.Integer({ description: 'time between two samples' }),
  cores: Type.Integer(),
  memoryBytes: Type.Number({ description: 'of the machine' }),
  times: Type.Array(Type.Integer(), { description: 'ms since 1970, oldest first, of the last hour at most' }),
  values: Type.Record(Type.String(), Type.Array(Type.Union([Type.Number(), Type.Null()])), {
    description: 'by the name of the figure, a value for each time; null where it was not measured',
  }),
  names: Type.Record(Type.String(), Type.String(), { description: 'names of outputs, streams and sources, by what is behind the colon' }),
  marks: Type.Array(MarkSchema),
  processes: Type.Array(OwnProcessSchema, { description: 'the host and what it started, as they are now' }),
})
export type Figures = Static<typeof FiguresSchema>
