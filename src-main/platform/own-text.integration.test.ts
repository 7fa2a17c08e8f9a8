import { expect, it } from 'vitest'
import { collect } from './memory/collect.ts'
import { ownText } from './own-text.ts'

const heapBytes = (): number => {
  collect()
  return process.memoryUsage().heapUsed
}

it('cuts a text', () => {
  expect(ownText('Player/1.0', 300)).toBe('Player/1.0')
  expect(ownText('Player/1.0', 6)).toBe('Player')
  expect(ownText('Spieler für Käse', 11)).toBe('Spieler für')
})

it('keeps nothing of what was cut off', () => {
  const before = heapBytes()
  const kept = Array.from({ length: 2000 }, (_, at) => ownText(Buffer.alloc(15_000, 97 + (at % 26)).toString('latin1'), 300))
  expect(heapBytes() - before).toBeLessThan(8_000_000)
  expect(kept.at(-1)).toHaveLength(300)
})
