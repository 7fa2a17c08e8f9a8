import { call } from '../client/api.ts'
import { dropStream, keepStream } from '../client/follow-host.ts'
import type { Stream } from '../client/types.ts'
import { confirm } from '../components/dialog.tsx'
import { notify, notifyError } from '../components/toasts.tsx'
import { live as t } from '../messages/page.ts'

async function act(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    notifyError(error)
  }
}

/** Disconnects the publisher; it may come back. */
export function kickPublisher(stream: Stream): Promise<void> {
  return act(async () => {
    await keepStream(call('POST', `/live/streams/${stream.id}/kick`))
    notify(t.thePublisherOfWasDisconnected(stream.name))
  })
}

export async function endStream(stream: Stream): Promise<void> {
  const sure = await confirm(t.endQuestion(stream.name), t.thePublisherIsDisconnectedAnd, t.endStream)
  if (!sure) return
  await act(async () => {
    if (stream.demo) await call('DELETE', '/live/demo')
    else await keepStream(call('POST', `/live/streams/${stream.id}/end`))
    notify(t.hasEnded(stream.name))
  })
}

export function deleteStream(stream: Stream): Promise<void> {
  return act(async () => {
    await call('DELETE', `/live/streams/${stream.id}`)
    dropStream(stream.id)
  })
}

export function startDemo(): Promise<void> {
  return act(async () => {
    await call('POST', '/live/demo', { body: {} })
    notify(t.theTestStreamIsStarting)
  })
}

/** Renames; the toast can take it back. */
export function rename(stream: Stream, title: string): Promise<void> {
  return act(async () => {
    const before = stream.title
    await keepStream(call('PATCH', `/live/streams/${stream.id}`, { body: { title } }))
    notify(
      t.theTitleWasChanged,
      () => void act(async () => void (await keepStream(call('PATCH', `/live/streams/${stream.id}`, { body: { title: before } })))),
    )
  })
}
