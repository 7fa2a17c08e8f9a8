import { useEffect, useState } from 'react'
import type { Preset, StreamRenditions } from '../../../src-main/live/renditions/schemas.ts'
import { call } from '../../client/api.ts'
import { followEvents } from '../../client/sync.ts'
import { tellError } from '../../components/toasts.tsx'

/** What is made of a stream, as the host tells it while the component is drawn. */
export function useRenditions(streamId: string): readonly [StreamRenditions | undefined, (view: StreamRenditions) => void] {
  const [view, setView] = useState<StreamRenditions>()
  useEffect(
    () =>
      followEvents({
        onEvent(event) {
          if (event.topic === 'stream.renditions' && event.stream === streamId) setView(event.data as StreamRenditions)
        },
        onFresh: () => void call<StreamRenditions>('GET', `/live/streams/${streamId}/renditions`).then(setView, tellError),
      }),
    [streamId],
  )
  return [view, setView]
}

/** Presets, with the way to read them again after a change. */
export function usePresets(): readonly [readonly Preset[], () => Promise<void>] {
  const [presets, setPresets] = useState<readonly Preset[]>([])
  const read = async (): Promise<void> => {
    try {
      setPresets((await call<{ items: Preset[] }>('GET', '/live/presets')).items)
    } catch (error) {
      tellError(error)
    }
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: read once when drawn
  useEffect(() => void read(), [])
  return [presets, read]
}
