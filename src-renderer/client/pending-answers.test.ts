import { expect, test } from 'vitest'
import { PendingAnswers } from './pending-answers.ts'

interface Note {
  readonly id: string
  readonly text: string
}

function setUp() {
  const answers = new PendingAnswers()
  const kept: string[] = []
  const { promise, resolve, reject } = Promise.withResolvers<Note>()
  const taken = answers.take(
    promise,
    ({ id }) => id,
    ({ text }) => kept.push(text),
  )
  return { answers, kept, resolve, reject, taken }
}

test('an answer is kept where no event came while it was on its way', async () => {
  const { answers, kept, resolve, taken } = setUp()
  answers.note('another')
  resolve({ id: '1', text: 'answer' })
  expect(await taken).toEqual({ id: '1', text: 'answer' })
  answers.note('1')
  expect(kept).toEqual(['answer'])
})

test('an answer is left out where an event about the same entity came after the request was sent', async () => {
  const { answers, kept, resolve, taken } = setUp()
  answers.note('1')
  resolve({ id: '1', text: 'older than the event' })
  expect(await taken, 'whoever asked still gets it').toEqual({ id: '1', text: 'older than the event' })
  expect(kept).toEqual([])
})

test('an answer is left out where the entity came and went, or everything was read again', async () => {
  const gone = setUp()
  gone.answers.noteChanges({}, { 1: 'made' })
  gone.answers.noteChanges({ 1: 'made' }, {})
  gone.resolve({ id: '1', text: 'ghost' })
  await gone.taken
  expect(gone.kept).toEqual([])
  const read = setUp()
  read.answers.noteReading()
  read.resolve({ id: '1', text: 'older than the reading' })
  await read.taken
  expect(read.kept).toEqual([])
})

test('a request that fails rejects and keeps nothing', async () => {
  const { kept, reject, taken } = setUp()
  reject(new Error('no'))
  await expect(taken).rejects.toThrow('no')
  expect(kept).toEqual([])
})
