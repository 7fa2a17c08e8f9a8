import { expect, test } from 'vitest'
import { PendingReplies } from './pending-replies.ts'

test('replies reach who asked, in any order, and late ones are dropped', async () => {
  const sent: number[] = []
  const replies = new PendingReplies<string>()
  const first = replies.request((request) => sent.push(request))
  const second = replies.request((request) => sent.push(request))
  replies.resolve(sent[1]!, 'two')
  replies.resolve(sent[0]!, 'one')
  replies.resolve(sent[0]!, 'again')
  expect(await Promise.all([first, second])).toEqual(['one', 'two'])
})

test('a request rejects when it is rejected, when the process is gone, and when no reply comes in time', async () => {
  const replies = new PendingReplies<string>()
  const refused = replies.request((request) => replies.reject(request, new Error('refused')))
  await expect(refused).rejects.toThrow('refused')
  const lost = [replies.request(() => undefined), replies.request(() => undefined, 60_000)]
  replies.rejectAll(() => new Error('gone'))
  for (const each of lost) await expect(each).rejects.toThrow('gone')
  await expect(
    replies.request(
      () => undefined,
      1,
      () => new Error('late'),
    ),
  ).rejects.toThrow('late')
})
