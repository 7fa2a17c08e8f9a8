import { call } from '../client/api.ts'
import { forgetStream, keepStream } from '../client/sync.ts'
import type { Stream } from '../client/types.ts'
import { confirm } from '../components/dialog.tsx'
import { tell, tellError } from '../components/toasts.tsx'

async function act(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    tellError(error)
  }
}

function keepIfStream(answer: unknown): void {
  if (answer && typeof answer === 'object' && 'id' in answer && 'name' in answer) keepStream(answer as Stream)
}

/** Disconnects the publisher; it may come back. */
export function kickPublisher(stream: Stream): Promise<void> {
  return act(async () => {
    keepIfStream(await call('POST', `/live/streams/${stream.id}/kick`))
    tell(`The publisher of ${stream.name} was disconnected`)
  })
}

export async function endStream(stream: Stream): Promise<void> {
  const sure = await confirm(
    `End ${stream.name}?`,
    'The publisher is disconnected and every viewer sees that the stream has ended. This cannot be undone.',
    'End stream',
  )
  if (!sure) return
  await act(async () => {
    keepIfStream(stream.demo ? await call('DELETE', '/live/demo') : await call('POST', `/live/streams/${stream.id}/end`))
    tell(`${stream.name} has ended`)
  })
}

export function forget(stream: Stream): Promise<void> {
  return act(async () => {
    await call('DELETE', `/live/streams/${stream.id}`)
    forgetStream(stream.id)
  })
}

export function startDemo(): Promise<void> {
  return act(async () => {
    await call('POST', '/live/demo', { body: {} })
    tell('The test stream is starting')
  })
}

/** Renames; the toast can take it back. */
export function rename(stream: Stream, title: string): Promise<void> {
  return act(async () => {
    const before = stream.title
    keepIfStream(await call('PATCH', `/live/streams/${stream.id}`, { body: { title } }))
    tell(
      'The title was changed',
      () => void act(async () => keepIfStream(await call('PATCH', `/live/streams/${stream.id}`, { body: { title: before } }))),
    )
  })
}
