import { expect, it } from 'vitest'
import { zipBytes } from './zip.ts'

const changedMs = new Date(2026, 10, 23, 14, 30, 8).getTime()

it('knows the length of archives with more than 4 GiB, and with many entries', () => {
  const large = { name: 'film.mkv', bytes: 5 * 2 ** 30, changedMs }
  // Header, extra field, descriptor with 64 bits, directory with three of them, the end with its 64-bit form.
  expect(zipBytes([large, { name: 'behind', bytes: 1, changedMs }])).toBe(
    5 * 2 ** 30 + 1 + (30 + 8 + 20) + 24 + (30 + 6) + 16 + (46 + 8 + 20) + (46 + 6 + 12) + 76 + 22,
  )
  const many = Array.from({ length: 70_000 }, (_, index) => ({ name: `${index}`.padStart(5, '0'), bytes: 0, changedMs }))
  expect(zipBytes(many)).toBe(70_000 * (30 + 5 + 46 + 5) + 76 + 22)
})
