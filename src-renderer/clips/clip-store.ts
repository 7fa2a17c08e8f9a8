import { useEffect } from 'react'
import { create } from 'zustand'
import type { Clip, ClipProgress } from '../../src-main/live/clips/schemas.ts'
import { call } from '../client/api.ts'
import { followEvents } from '../client/sync.ts'
import type { Page } from '../client/types.ts'
import { tellError } from '../components/toasts.tsx'

interface ClipState {
  /** False until the list has been read. */
  readonly loaded: boolean
  readonly clips: Readonly<Record<string, Clip>>
  /** How far those that are being made are, 0 to 1. */
  readonly progress: Readonly<Record<string, number>>
}

export const useClipStore = create<ClipState>(() => ({ loaded: false, clips: {}, progress: {} }))

/** Puts a clip into what is shown. */
export function keepClip(clip: Clip): void {
  useClipStore.setState(({ clips }) => ({ clips: { ...clips, [clip.id]: clip } }))
}

function forget(id: string): void {
  useClipStore.setState(({ clips }) => {
    const { [id]: _gone, ...rest } = clips
    return { clips: rest }
  })
}

async function read(stream: string): Promise<void> {
  const page: Page<Clip> = await call('GET', `/live/clips?${new URLSearchParams({ stream, limit: '500' })}`)
  useClipStore.setState({ clips: Object.fromEntries(page.items.map((clip) => [clip.id, clip])), loaded: true })
}

/** Keeps the clips of a stream as they are on the host for as long as the caller is drawn. */
export function useClipSync(stream: string): void {
  useEffect(
    () =>
      followEvents({
        onFresh: () => void read(stream).catch(tellError),
        onEvent({ topic, data }) {
          if (topic === 'clip.updated') keepClip(data as Clip)
          else if (topic === 'clip.removed') forget((data as { id: string }).id)
          else if (topic === 'clip.progress') {
            const { id, fraction } = data as ClipProgress
            useClipStore.setState(({ progress }) => ({ progress: { ...progress, [id]: fraction } }))
          }
        },
      }),
    [stream],
  )
}
