import { type RefObject, useEffect, useRef, useState } from 'react'
import { previewSession } from '../client/store.ts'
import { components as t } from '../messages/page.ts'
import { formatLatency, smoothLatency } from '../player/latency.ts'
import { WatchSession, type WatchState } from '../player/watch-session.ts'

const words = (): Readonly<Partial<Record<WatchState, string>>> => ({
  loading: t.loading,
  buffering: t.buffering,
  reconnecting: t.thePublisherIsAway,
  waiting: t.notLiveYet,
  ended: t.ended,
  missing: t.notLive,
  refused: t.denied,
  'connection-lost': t.connectionLostTryingAgain,
  unsupported: t.thisBrowserCannotPlayThe,
})

/** The stream as its viewers see it, muted. `session` is given the player for as long as it is drawn. */
export function Preview({ name, session: given }: { readonly name: string; readonly session?: RefObject<WatchSession | null> }) {
  const video = useRef<HTMLVideoElement>(null)
  const [state, setState] = useState<WatchState>('loading')
  const [latency, setLatency] = useState<number | null>(null)
  useEffect(() => {
    if (!video.current) return
    const session = new WatchSession({
      video: video.current,
      name,
      session: previewSession(),
      engine: 'hls',
      onState: setState,
      onLevels() {},
    })
    if (given) given.current = session
    const timer = setInterval(() => setLatency((shown) => smoothLatency(shown, session.latencyMs())), 500)
    return () => {
      clearInterval(timer)
      session.stop()
      if (given) given.current = null
    }
  }, [name, given])
  return (
    <div className="preview" data-testid="preview" data-state={state}>
      <video ref={video} muted playsInline aria-label={t.previewOf(name)} tabIndex={-1} />
      {state !== 'playing' && <div className="overlay">{words()[state]}</div>}
      {latency !== null && (
        <span className="badge" title={t.delayBetweenTheHostsReceiving} data-testid="preview-latency">
          {t.behind(formatLatency(latency))}
        </span>
      )}
    </div>
  )
}
