import { expect, it } from 'vitest'
// @ts-expect-error Build scripts are JavaScript without declarations.
import { chooseMutations, mutationsOf } from './mutations.mjs'

interface Mutation {
  readonly start: number
  readonly end: number
  readonly text: string
  readonly line: number
  readonly what: string
}
interface Chosen {
  readonly file: string
  readonly mutation: Mutation
}

const source = `export function isLate(ms: number, limit = 5): boolean {
  const kinds: 1 | 2 = 2
  if (ms < 0 && (limit) === kinds) {
    console.log('late')
    return false
  }
  return ms >= limit
}
`
const changed = (text = source) =>
  (mutationsOf('late.ts', text) as Mutation[]).map(({ start, end, text: put, line }) => [
    line,
    (text.slice(0, start) + put + text.slice(end)).split('\n')[line - 1],
  ])

it('changes operators, numbers, conditions and statements, and leaves types as they are', () => {
  expect(changed()).toEqual([
    [1, 'export function isLate(ms: number, limit = 6): boolean {'],
    [2, '  const kinds: 1 | 2 = 3'],
    [3, '  if (!(ms < 0 && (limit) === kinds)) {'],
    [3, '  if (ms <= 0 && (limit) === kinds) {'],
    [3, '  if (ms < 1 && (limit) === kinds) {'],
    [3, '  if (ms < 0 || (limit) === kinds) {'],
    [3, '  if (ms < 0 && (limit) !== kinds) {'],
    [4, '    ;'],
    [7, '  return ms > limit'],
  ])
})

it('chooses the same lines for the same seed, none twice', () => {
  const sources = ['a.ts', 'b.ts'].map((file) => ({ file, mutations: mutationsOf(file, source) }))
  const chosen = (seed: number, count: number) =>
    (chooseMutations(sources, count, seed) as Chosen[]).map(({ file, mutation }) => `${file}:${mutation.line} ${mutation.what}`)
  expect(chosen(7, 6)).toEqual(chosen(7, 6))
  expect(chosen(7, 6)).not.toEqual(chosen(8, 6))
  const all: Chosen[] = chooseMutations(sources, 100, 7)
  expect(all).toHaveLength(10)
  expect(new Set(all.map(({ file, mutation }) => `${file}:${mutation.line}`)).size).toBe(10)
})

it('names the file that cannot be parsed', () => {
  expect(() => mutationsOf('broken.ts', 'const = 1')).toThrow(/broken\.ts/)
})
