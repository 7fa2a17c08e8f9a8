import { expect, it } from 'vitest'
import { shownLine } from './shown-line.ts'

it('titles of windows are kept short, on one line, and without what hides or turns text', () => {
  expect(shownLine('  Zäh ß 漢字 😀 – Editor ')).toBe('Zäh ß 漢字 😀 – Editor')
  expect(shownLine('a\u202Egpj.exe\u2066\u0000\u001b[31m\r\nb\u2028c\ud800d')).toBe('a gpj.exe [31m b c d')
  expect([...shownLine('😀'.repeat(100_000))].length).toBe(200)
  expect(shownLine(' '.repeat(5_000_000))).toBe('')
  expect(shownLine('\u200b\u200f')).toBe('')
})
