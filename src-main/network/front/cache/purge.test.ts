import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readTags } from './cache-file.ts'
import { PurgeLedger, type StoredAnswer } from './purge-ledger.ts'
import { checkSelection, globOf, matchesPattern, nameOfKey, normalTarget, type PurgeSelection, selectedTarget } from './purge-order.ts'
import { readStoredLine } from './stored-log.ts'

const siteOf = (host: string): string | undefined => (host === 'a.example' ? 'a' : undefined)

describe('what a purge names', () => {
  it.each([
    ['https://a.example/x?y=1', { site: 'a', target: '/x?y=1' }],
    ['http://A.example:8080/x#part', { site: 'a', target: '/x' }],
    ['https://a.example', { site: 'a', target: '/' }],
    ['https://a.example?x', { site: 'a', target: '/?x' }],
    ['/x/%79', { site: undefined, target: '/x/y' }],
    ['https://b.example/x', undefined],
  ])('%s', (text, selected) => expect(selectedTarget(text, siteOf)).toEqual(selected))

  it('all spellings of a path are one', () => {
    expect(normalTarget('/%61//b%2fc?d=%7E//')).toBe('/a/b%2Fc?d=~//')
    expect(normalTarget('/ü')).toBe('/%C3%BC')
    expect(nameOfKey(`a ${Buffer.from('/ü').toString('latin1')} br,,`)).toEqual({ site: 'a', target: '/%C3%BC' })
    fc.assert(fc.property(fc.string(), (text) => normalTarget(normalTarget(`/${text}`)) === normalTarget(`/${text}`)))
  })

  it.each<[string, PurgeSelection]>([
    ['nothing', {}],
    ['no URL', { urls: ['x'] }],
    ['a space', { prefixes: ['/a b'] }],
    ['a line break', { urls: ['/a\n'] }],
    ['too many *', { patterns: ['/*'.repeat(9)] }],
  ])('%s is rejected', (_, selection) => expect(() => checkSelection(selection)).toThrow())

  it('a pattern has no other special characters', () => {
    expect(matchesPattern('/a/*.jpg', '/a/b/c.jpg')).toBe(true)
    expect(matchesPattern('/a/*.jpg', '/a/b/c.jpg?x')).toBe(false)
    expect(matchesPattern('/a*a', '/a')).toBe(false)
    expect(matchesPattern('/[a]?', '/[a]?')).toBe(true)
    expect(globOf('/[a]?*')).toBe('/[[]a][?]*')
  })
})

describe('the ledger', () => {
  let now = 1000
  const ledger = () => new PurgeLedger(siteOf, () => now)
  const answer = (changes: Partial<StoredAnswer> = {}): StoredAnswer => ({
    site: 'a',
    target: '/x/y',
    tags: ['t'],
    manyTags: false,
    askedAt: 500,
    ...changes,
  })

  it.each<[string, PurgeSelection]>([
    ['its URL', { urls: ['https://a.example/x/y'] }],
    ['its path', { urls: ['/x/%79'] }],
    ['a prefix', { prefixes: ['https://a.example/x'] }],
    ['a pattern', { patterns: ['/*y'] }],
    ['a tag', { tags: ['u', 't'] }],
    ['everything', { everything: true }],
  ])('finds what was asked for before, and stored after a purge by %s', (_, selection) => {
    now = 1000
    const kept = ledger()
    kept.add({ number: 1, selection, hard: false })
    expect(kept.match(answer())).toBe('soft')
    expect(kept.match(answer({ askedAt: 1100 }))).toBeUndefined()
    kept.add({ number: 2, selection, hard: true })
    kept.add({ number: 3, selection, hard: false })
    expect(kept.match(answer())).toBe('hard')
  })

  it('leaves others alone, except those with more tags than are kept', () => {
    now = 1000
    const kept = ledger()
    kept.add({ number: 1, selection: { tags: ['other'], urls: ['/other'], prefixes: ['https://b.example/'] }, hard: true })
    expect(kept.match(answer())).toBeUndefined()
    expect(kept.match(answer({ manyTags: true }))).toBe('hard')
  })

  it('treats what was asked for before all that it remembers as purged', () => {
    now = 1000
    const kept = ledger()
    kept.add({ number: 1, selection: { tags: ['other'] }, hard: true })
    now = 200_000
    kept.add({ number: 2, selection: { tags: ['another'] }, hard: true })
    expect(kept.match(answer())).toBe('soft')
    expect(kept.match(answer({ askedAt: 1100 }))).toBeUndefined()
  })

  it('stays small however much is purged', () => {
    now = 1000
    const kept = ledger()
    for (let n = 0; n < 60; n++) {
      now++
      kept.add({ number: n, selection: { tags: Array.from({ length: 1000 }, (_, at) => `${n}-${at}`) }, hard: true })
    }
    expect(kept.match(answer({ tags: ['0-0'], askedAt: 1001 }))).toBe('soft')
    expect(kept.match(answer({ tags: ['59-0'], askedAt: 1001 }))).toBe('hard')
  })
})

it('a tag bomb is cut, and remembered as one', () => {
  expect(readTags('a, b  a,c')).toEqual({ tags: ['a', 'b', 'c'], manyTags: false })
  const bomb = readTags(Array.from({ length: 5000 }, (_, n) => `t${n}`).join())
  expect(bomb.tags).toHaveLength(64)
  expect(bomb.manyTags).toBe(true)
  expect(readTags('x'.repeat(500))).toEqual({ tags: [], manyTags: true })
})

it('a line of the log is read, and anything else is left out', () => {
  const line =
    '{"key":"a /x br,,","tags":"t","type":"Text/HTML; charset=x","lifetime":"","status":"MISS","code":"200","at":10.5,"took":0.25,"sliced":"0"}'
  expect(readStoredLine(line)).toMatchObject({
    key: 'a /x br,,',
    tags: ['t'],
    type: 'text/html',
    askedAt: 10_250,
    sliced: false,
    hasLifetime: false,
  })
  for (const bad of ['', '{', '[]', 'null', '{"key":1}', '{"key":"x","at":"1","took":1}']) expect(readStoredLine(bad)).toBeUndefined()
})
