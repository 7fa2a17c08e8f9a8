import { expect, it } from 'vitest'
import { isStreamName, streamNamePattern } from './stream-name.ts'

it('takes the names that the pattern matches', () => {
  const pattern = new RegExp(streamNamePattern)
  const pieces = ['', 'a', '0', 'z9', '-', '_', 'A', '.', '/', ' ', '\n', '%61', 'é', 'x'.repeat(63)]
  const names = pieces.flatMap((one) => pieces.flatMap((two) => pieces.map((three) => one + two + three)))
  for (const name of names) expect([name, isStreamName(name)]).toEqual([name, pattern.test(name)])
  expect(names.filter(isStreamName)).toEqual(expect.arrayContaining(['a', 'a-_', '0z9a', `a${'x'.repeat(63)}`]))
})
