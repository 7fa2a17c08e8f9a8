import { call } from '../client/api.ts'
import { forgetStream, keepStream } from '../client/sync.ts'
import type { Stream } from '../client/types.ts'
import { confirm } from '../components/dialog.tsx'
import { tell, tellError } from '../components/toasts.tsx'
import { live as t } from '../messages/page.ts'

async function act(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    tellError(error)
  }
}

/** Disconnects the publisher; it may come back. */
export function kickPublisher(stream: Stream): Promise<void> {
  return act(async () => {
    await keepStream(call('POST', `/live/streams/${stream.id}/kick`))
    tell(t.thePublisherOfWasDisconnected(stream.name))
  })
}

export async function endStream(stream: Stream): Promise<void> {
  const sure = await confirm(t.endQuestion(stream.name), t.thePublisherIsDisconnectedAnd, t.endStream)
  if (!sure) return
  await act(async () => {
    if (stream.demo) await call('DELETE', '/live/demo')
    else await keepStream(call('POST', `/live/streams/${stream.id}/end`))
    tell(t.hasEnded(stream.name))
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
    tell(t.theTestStreamIsStarting)
  })
}

/** Renames; the toast can take it back. */
export function rename(stream: Stream, title: string): Promise<void> {
  return act(async () => {
    const before = stream.title
    await keepStream(call('PATCH', `/live/streams/${stream.id}`, { body: { title } }))
    tell(
      t.theTitleWasChanged,
      () => void act(async () => void (await keepStream(call('PATCH', `/live/streams/${stream.id}`, { body: { title: before } })))),
    )
  })
}
