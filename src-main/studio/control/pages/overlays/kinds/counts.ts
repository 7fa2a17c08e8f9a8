import { Type } from 'typebox'
import { align, choice, DataFault, dataSource, defineKind, exactly, numberIn, theme } from './overlay-kind.ts'

const largest = 1e15
const anyNumber = (description?: string) =>
  Type.Number({ minimum: -largest, maximum: largest, ...(description === undefined ? {} : { description }) })
const count = (description?: string) => Type.Integer({ minimum: 0, maximum: 1e9, ...(description === undefined ? {} : { description }) })
const bounded = (value: number): number => Math.min(largest, Math.max(-largest, value))

/** How many watch. */
export const viewers = defineKind({
  kind: 'viewers',
  title: 'Viewer count',
  width: 400,
  height: 100,
  settings: Type.Object(
    {
      ...theme,
      align,
      label: Type.String({ maxLength: 40, default: 'watching', description: 'Behind the number' }),
      stream: Type.String({
        maxLength: 64,
        pattern: '^[A-Za-z0-9._-]*$',
        default: '',
        description: 'Stream of this host whose viewers are counted; empty: the number is posted',
      }),
      minViewers: Type.Integer({ minimum: 0, maximum: 100_000, default: 0, description: 'Below this number the badge is hidden' }),
    },
    exactly,
  ),
  post: Type.Object({ count: count() }, exactly),
  example: { count: 128 },
  first: { count: 0 },
  apply: (_state, post) => ({ count: post.count }),
  asPost: (state) => state,
})

/** A bar on its way to a target. */
export const goal = defineKind({
  kind: 'goal',
  title: 'Goal bar',
  width: 800,
  height: 150,
  settings: Type.Object(
    {
      ...theme,
      label: Type.String({ maxLength: 80, default: 'New followers', description: 'What is counted' }),
      prefix: Type.String({ maxLength: 8, default: '', description: 'Before the numbers, e.g. $' }),
      suffix: Type.String({ maxLength: 8, default: '', description: 'Behind the numbers, e.g. €' }),
      percent: Type.Boolean({ default: true, description: 'Shows how much of it is reached in percent, too' }),
    },
    exactly,
  ),
  post: Type.Object(
    {
      value: Type.Optional(anyNumber('the number that is reached')),
      add: Type.Optional(anyNumber('added to it; a negative number is taken away')),
      target: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: largest })),
    },
    exactly,
  ),
  example: { add: 1 },
  first: { value: 0, target: 100 },
  apply: ({ value, target }, post) => ({ value: bounded((post.value ?? value) + (post.add ?? 0)), target: post.target ?? target }),
  asPost: (state) => state,
})

/** One large number: a score, a price, a temperature. */
export const number = defineKind({
  kind: 'number',
  title: 'Number',
  width: 560,
  height: 220,
  settings: Type.Object(
    {
      ...theme,
      align,
      label: Type.String({ maxLength: 80, default: '', description: 'Above the number' }),
      prefix: Type.String({ maxLength: 12, default: '', description: 'Before the number' }),
      suffix: Type.String({ maxLength: 12, default: '', description: 'Behind the number' }),
      decimals: Type.Integer({ minimum: 0, maximum: 6, default: 0, description: 'Digits behind the point' }),
      grouping: choice(['none', 'comma', 'point', 'space'], 'comma', 'What separates thousands; with a point, decimals have a comma'),
      ...dataSource,
    },
    exactly,
  ),
  post: Type.Object({ value: Type.Optional(anyNumber()), add: Type.Optional(anyNumber('added to it')) }, exactly),
  example: { value: 42 },
  first: { value: null as number | null },
  apply: ({ value }, post) => ({ value: bounded((post.value ?? value ?? 0) + (post.add ?? 0)) }),
  asPost: ({ value }) => (value === null ? undefined : { value }),
  read(value) {
    const found = numberIn(value)
    if (found === undefined) throw new DataFault('The data is not a number: choose one with `path`')
    return { value: bounded(found) }
  },
})
