import { type RefObject, useEffect, useRef, useState } from 'react'
import { formatDuration } from '../client/format.ts'
import { components as t } from '../messages/page.ts'
import { drawSprite, readSpriteTrack, type SpriteTrack, spriteAt } from '../player/sprites.ts'

/** Keys that move a bar. */
const seekKeys = new Set(['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'PageUp', 'PageDown', 'Home', 'End'])

/** A bar below a file's video with the thumbnail of the moment that it points at, on hovering, dragging and by keys. */
export function ScrubBar({ video, spritesUrl }: { readonly video: RefObject<HTMLVideoElement | null>; readonly spritesUrl: string }) {
  const image = useRef<HTMLDivElement>(null)
  const [track, setTrack] = useState<SpriteTrack | null>(null)
  const [lengthS, setLengthS] = useState(0)
  const [atS, setAtS] = useState(0)
  const [pointedS, setPointedS] = useState<number | null>(null)
  useEffect(() => {
    const stop = new AbortController()
    const url = new URL(spritesUrl, location.href).href
    fetch(url, { signal: stop.signal })
      .then(async (answer) => {
        if (answer.ok) setTrack(readSpriteTrack(await answer.text(), url))
      })
      .catch(() => undefined)
    return () => stop.abort()
  }, [spritesUrl])
  useEffect(() => {
    const element = video.current
    if (!element) return
    const stop = new AbortController()
    const read = () => {
      setLengthS(Number.isFinite(element.duration) ? element.duration : 0)
      setAtS(element.currentTime)
    }
    for (const event of ['timeupdate', 'seeking', 'durationchange']) element.addEventListener(event, read, { signal: stop.signal })
    read()
    return () => stop.abort()
  }, [video])
  useEffect(() => {
    if (image.current && track && pointedS !== null) drawSprite(image.current, spriteAt(track, pointedS))
  }, [track, pointedS])
  if (!track || lengthS === 0) return null
  return (
    <div className="scrub">
      <div
        className="scrub-preview"
        hidden={pointedS === null}
        style={{ left: `${((pointedS ?? 0) / lengthS) * 100}%` }}
        data-testid="scrub-preview"
      >
        <div ref={image} />
        <span>{formatDuration((pointedS ?? 0) * 1000)}</span>
      </div>
      <input
        type="range"
        min={0}
        max={lengthS}
        step={0.1}
        value={atS}
        aria-label={t.media.seek}
        aria-valuetext={formatDuration(atS * 1000)}
        data-testid="scrub"
        onChange={(event) => {
          const wanted = Number(event.target.value)
          setPointedS(wanted)
          if (video.current) video.current.currentTime = wanted
        }}
        onKeyUp={(event) => {
          // Where the bar is at its end already, nothing changes.
          if (seekKeys.has(event.key)) setPointedS(Number(event.currentTarget.value))
        }}
        onPointerMove={(event) => {
          const { left, width } = event.currentTarget.getBoundingClientRect()
          setPointedS(Math.min(lengthS, Math.max(0, ((event.clientX - left) / width) * lengthS)))
        }}
        onPointerLeave={() => setPointedS(null)}
        onBlur={() => setPointedS(null)}
      />
    </div>
  )
}
