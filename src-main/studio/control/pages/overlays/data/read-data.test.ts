import { describe, expect, it } from 'vitest'
import { readData, selectIn } from './read-data.ts'

describe('data of a source', () => {
  it('is JSON, or CSV with any of three separators, quotes and line ends', () => {
    expect(readData('{"a":[1,2]}', 'auto')).toEqual({ a: [1, 2] })
    expect(readData('-12.5', 'auto')).toBe(-12.5)
    expect(readData('\uFEFFname,points\r\n"Falcons, the",12\r\nOtters,"9 ""nine"""\r\n', 'auto')).toEqual([
      { name: 'Falcons, the', points: '12' },
      { name: 'Otters', points: '9 "nine"' },
    ])
    expect(readData('a;b\n1,5;2', 'csv')).toEqual([{ a: '1,5', b: '2' }])
    expect(readData('a\tb\n1\t2\n3', 'csv')).toEqual([
      { a: '1', b: '2' },
      { a: '3', b: '' },
    ])
    expect(readData('year,count\n2025,7', 'auto')).toEqual([{ year: '2025', count: '7' }])
    expect(readData('17.2', 'csv')).toBe('17.2')
  })

  it('is rejected with what is wrong', () => {
    expect(() => readData('{"a":', 'json')).toThrow(/not JSON/)
    expect(() => readData('', 'json')).toThrow(/not JSON/)
    expect(() => readData('name,points', 'csv')).toThrow(/neither JSON nor CSV/)
  })

  it('is bounded in rows and columns', () => {
    const rows = readData(`a,b\n${'1,2\n'.repeat(5000)}`, 'csv') as unknown[]
    expect(rows.length).toBeLessThanOrEqual(2001)
    expect(Object.keys((readData(`${'x,'.repeat(500)}y\n${'1,'.repeat(500)}2`, 'csv') as object[])[0]!).length).toBeLessThanOrEqual(101)
  })

  it('never throws anything but words for people, whatever it is', () => {
    let seed = 7
    const random = (): number => {
      seed = (seed * 1103515245 + 12345) & 0x7fffffff
      return seed
    }
    const alphabet = '{}[]",;\n\r\t"0123456789.ae-: \u0000ñ'
    for (let round = 0; round < 2000; round++) {
      const text = Array.from({ length: random() % 40 }, () => alphabet[random() % alphabet.length]).join('')
      try {
        selectIn(readData(text, 'auto'), text)
      } catch (error) {
        expect((error as Error).name, text).toBe('DataFault')
      }
    }
  })
})

describe('a path', () => {
  const data = { items: [{ price: 1 }, { 'price': 2, 'a b': 3 }], length: 4, __proto__: null }
  it.each([
    ['', data],
    ['$', data],
    ['items[0].price', 1],
    ['$.items[-1].price', 2],
    ['items[1]["a b"]', 3],
    ['length', 4],
  ])('"%s" leads to its part', (path, part) => expect(selectIn(data, path)).toEqual(part))

  it.each([
    ['items[2]', /no "items\[2\]"/],
    ['items.length', /no "items\.length"/],
    ['constructor', /no "constructor"/],
    ['items[0].price.toFixed', /no /],
    ['items[', /not a path/],
    ['[1.5]', /not a path/],
  ])('"%s" says what is missing', (path, words) => expect(() => selectIn({ items: data.items }, path)).toThrow(words))
})
