import { expect, it } from 'vitest'
import { printable, table } from './output.ts'

it('hands a terminal no control codes of names, and keeps rows whole', () => {
  expect(printable('a\u001b[2Jb\nc\u009b31m')).toBe('a\ufffd[2Jb\nc\ufffd31m')
  expect(table(['NAME', 'STATE'], [['Two\nlines', 'live']])).toBe('NAME       STATE\nTwo lines  live')
})
