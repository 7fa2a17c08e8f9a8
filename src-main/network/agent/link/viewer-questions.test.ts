import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ViewerAnswer } from '../../../media/edge-delivery.ts'
import { ViewerQuestions } from './viewer-questions.ts'

const allowed = { allowed: true } as unknown as ViewerAnswer
const denied = { allowed: false } as unknown as ViewerAnswer

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('gives each question the answer with its id, in whatever order they come', async () => {
  const questions = new ViewerQuestions()
  const ids: number[] = []
  const asked = [questions.ask((id) => ids.push(id)), questions.ask((id) => ids.push(id))]
  questions.answer(ids[1] as number, denied)
  questions.answer(ids[0] as number, allowed)
  expect(await Promise.all(asked)).toEqual([allowed, denied])
})

test('rejects a question that is not answered in time, and ignores the answer that comes later', async () => {
  const questions = new ViewerQuestions()
  let id = 0
  const failed = expect(questions.ask((its) => (id = its))).rejects.toThrow('the origin did not answer')
  await vi.advanceTimersByTimeAsync(5000)
  await failed
  questions.answer(id, allowed)
  expect(questions.isFull).toBe(false)
})

test('rejects all questions when the connection breaks, and leaves no timers', async () => {
  const questions = new ViewerQuestions()
  const asked = Array.from({ length: 1000 }, () => questions.ask(() => undefined))
  expect(questions.isFull).toBe(true)
  const failed = Promise.allSettled(asked)
  questions.rejectAll()
  expect((await failed).every(({ status }) => status === 'rejected')).toBe(true)
  expect(questions.isFull).toBe(false)
  expect(vi.getTimerCount()).toBe(0)
})
