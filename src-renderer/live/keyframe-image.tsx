import { ImageOff } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { samePath } from './links.ts'

/** Images are not fetched more often than this, ms. */
const minBetweenMs = 5000

/** The newest keyframe of a stream. The old image stays until the new one can be shown; nothing is fetched while the page is hidden. */
export function KeyframeImage({
  url,
  sequence,
  label,
}: {
  readonly url: string
  readonly sequence: number | undefined
  readonly label: string
}) {
  const [shown, setShown] = useState<string | null>(null)
  const [next, setNext] = useState<string | null>(null)
  const last = useRef({ sequence: -1, atMs: Number.NEGATIVE_INFINITY })

  useEffect(() => {
    if (sequence === undefined || sequence === last.current.sequence) return
    const load = () => {
      if (document.hidden) return
      last.current = { sequence, atMs: performance.now() }
      setNext(`${samePath(url)}?k=${sequence}`)
    }
    const wait = last.current.atMs + minBetweenMs - performance.now()
    if (wait <= 0) {
      load()
      return
    }
    const timer = setTimeout(load, wait)
    return () => clearTimeout(timer)
  }, [url, sequence])

  const sources = shown === next || next === null ? [shown] : [shown, next]
  return (
    <div className="picture" role="img" aria-label={label} data-testid="stream-picture" data-loaded={shown !== null}>
      {shown === null && <ImageOff size={22} aria-hidden="true" />}
      {sources.map(
        (source) =>
          source !== null && (
            <video
              key={source}
              src={source}
              muted
              playsInline
              preload="auto"
              tabIndex={-1}
              aria-hidden="true"
              onLoadedData={() => setShown(source)}
              onError={() => setNext((current) => (current === source ? null : current))}
            />
          ),
      )}
    </div>
  )
}
