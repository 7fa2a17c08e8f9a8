import { expect, it } from 'vitest'
import { shownTitle } from './shown-title.ts'

it('titles of windows are kept short, on one line, and without what hides or turns text', () => {
  expect(shownTitle('  Zäh ß 漢字 😀 – Editor ')).toBe('Zäh ß 漢字 😀 – Editor')
  expect(shownTitle('a\u202Egpj.exe\u2066\u0000\u001b[31m\r\nb\u2028c\ud800d')).toBe('a gpj.exe [31m b c d')
  expect([...shownTitle('😀'.repeat(100_000))].length).toBe(200)
  expect(shownTitle(' '.repeat(5_000_000))).toBe('')
  expect(shownTitle('\u200b\u200f')).toBe('')
})
