import { expect, it } from 'vitest'
import { fileName, numberField, timeFields, unknownFields } from './file-names.ts'

it('file names are filled in, and safe whatever a title contains', () => {
  const fields = { stream: 'cam', title: '../Über "alles"', number: numberField(7), ...timeFields(Date.parse('2026-11-21T12:00:00Z')) }
  expect(fileName('{stream}-{date}-{time}-{number}', fields, 'x')).toBe('cam-2026-11-21-12-00-00-007')
  expect(fileName('{title}', fields, 'x')).toBe('U_ber_alles_')
  expect(fileName('...', fields, 'recording-007')).toBe('recording-007')
  expect(unknownFields('{stream} {nonsense}', ['stream'])).toEqual(['nonsense'])
})
