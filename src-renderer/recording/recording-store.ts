import { useEffect } from 'react'
import { create } from 'zustand'
import type { Recording, RecordingProgress, RecordingStatus } from '../../src-main/live/recording/schemas.ts'
import { call } from '../client/api.ts'
import { followEvents } from '../client/sync.ts'
import type { Page } from '../client/types.ts'
import { tellError } from '../components/toasts.tsx'

interface RecordingState {
  /** False until the list has been read. */
  readonly loaded: boolean
  readonly recordings: Readonly<Record<string, Recording>>
  /** By name of the stream. */
  readonly statuses: Readonly<Record<string, RecordingStatus>>
}

export const useRecordingStore = create<RecordingState>(() => ({ loaded: false, recordings: {}, statuses: {} }))

/** Puts a recording into what is shown. */
export function keepRecording(recording: Recording): void {
  useRecordingStore.setState(({ recordings }) => ({ recordings: { ...recordings, [recording.id]: recording } }))
}

export function keepStatus(status: RecordingStatus): void {
  useRecordingStore.setState(({ statuses }) => ({ statuses: { ...statuses, [status.stream]: status } }))
}

function forget(id: string): void {
  useRecordingStore.setState(({ recordings }) => {
    const { [id]: _gone, ...rest } = recordings
    return { recordings: rest }
  })
}

async function read(stream: string | undefined): Promise<void> {
  const found: Record<string, Recording> = {}
  let cursor: string | null = null
  do {
    const query = new URLSearchParams({ limit: '500', ...(stream === undefined ? {} : { stream }), ...(cursor === null ? {} : { cursor }) })
    const page: Page<Recording> = await call('GET', `/live/recordings?${query}`)
    for (const recording of page.items) found[recording.id] = recording
    cursor = page.nextCursor
  } while (cursor !== null && Object.keys(found).length < 2000)
  useRecordingStore.setState({ recordings: found, loaded: true })
  if (stream !== undefined) keepStatus(await call<RecordingStatus>('GET', `/live/streams/${stream}/recording`))
}

/** Keeps the recordings (of one stream, or of all) as they are on the host for as long as the caller is drawn. */
export function useRecordingSync(stream?: string): void {
  useEffect(
    () =>
      followEvents({
        onFresh: () => void read(stream).catch(tellError),
        onEvent({ topic, data }) {
          if (topic === 'recording.updated') keepRecording(data as Recording)
          else if (topic === 'recording.removed') forget((data as { id: string }).id)
          else if (topic === 'recording.status') keepStatus(data as RecordingStatus)
          else if (topic === 'recording.progress') {
            const { id, durationMs, bytes } = data as RecordingProgress
            const known = useRecordingStore.getState().recordings[id]
            if (known) keepRecording({ ...known, durationMs, bytes })
          }
        },
      }),
    [stream],
  )
}
