import { useEffect, useRef, useState } from 'react'
import { feedHeight } from './feed-messages.ts'
import { type CanvasPlayer, canPlayFeed, type PlayerStatus, playFeed } from './feed-player.ts'
import { t } from './messages.ts'
import { playScreenshots } from './screenshot-player.ts'
import './canvas.css'

interface CanvasVideoProps {
  readonly canvas: string
  readonly of: 'program' | 'preview'
}

/** The live video of a canvas of the show. */
export function CanvasVideo({ canvas, of }: CanvasVideoProps) {
  const id = encodeURIComponent(canvas)
  return (
    <LiveVideo
      feed={`/studio/preview-feed?canvas=${id}&of=${of}`}
      image={`/studio/screenshot?optional=true&${of}=${id}`}
      label={of === 'program' ? t.programVideo : t.previewVideo}
      name={of}
    />
  )
}

interface LiveVideoProps {
  /** Path of the endpoint with its frames below `/api/v1`, up to the height. */
  readonly feed: string
  /** Path of an image of it below `/api/v1`, up to type and width: for browsers that have no decoder. */
  readonly image: string
  readonly label: string
  /** Sets several of a page apart. */
  readonly name: string
}

/** Live video with how far behind the studio it is. Nothing is fetched while nobody can see it. */
export function LiveVideo({ feed, image, label, name }: LiveVideoProps) {
  const target = useRef<HTMLCanvasElement>(null)
  const status = useRef<HTMLSpanElement>(null)
  const [unable, setUnable] = useState(() => !canPlayFeed())
  const [height, setHeight] = useState(0)
  const [seen, setSeen] = useState(false)

  useEffect(() => {
    const element = target.current
    if (element === null) return
    let intersects = true
    const look = (): void => setSeen(intersects && document.visibilityState === 'visible')
    const intersections = new IntersectionObserver(([entry]) => {
      intersects = entry?.isIntersecting ?? true
      look()
    })
    const sizes = new ResizeObserver(() => setHeight(feedHeight(element.clientHeight * Math.min(devicePixelRatio, 2))))
    intersections.observe(element)
    sizes.observe(element)
    document.addEventListener('visibilitychange', look)
    return () => {
      intersections.disconnect()
      sizes.disconnect()
      document.removeEventListener('visibilitychange', look)
    }
  }, [])

  useEffect(() => {
    const element = target.current
    if (element === null || !seen || height === 0) return
    // Written past React: a frame changes more often than anything else on the page.
    const onFrame = (number?: number): void => {
      element.dataset.loaded = 'true'
      if (number !== undefined) element.dataset.frame = String(number)
    }
    const onStatus = (now: PlayerStatus): void => {
      if (status.current === null) return
      const { behind, fps, still, problem } = now
      const figures = behind === undefined ? t.figures(fps) : still === true ? t.latencyStill(behind.p50) : t.latency(behind.p50, fps)
      status.current.textContent = problem ?? figures
      status.current.title = behind === undefined ? t.figuresTitle : t.latencyTitle(behind.p50, behind.p95)
      status.current.dataset.p50 = behind === undefined ? '' : behind.p50.toFixed(1)
      status.current.dataset.p95 = behind === undefined ? '' : behind.p95.toFixed(1)
    }
    const player: CanvasPlayer = unable
      ? playScreenshots({ target: element, path: image, width: Math.min(1280, element.clientWidth), onFrame, onStatus })
      : playFeed({ target: element, path: feed, height, onFrame, onStatus, onUnable: () => setUnable(true) })
    return () => player.stop()
  }, [feed, image, height, seen, unable])

  return (
    <>
      <canvas
        ref={target}
        className="canvas-video"
        role="img"
        aria-label={label}
        data-testid={`picture-${name}`}
        data-by={unable ? 'screenshot' : 'feed'}
      />
      <span ref={status} className="canvas-status" aria-hidden="true" data-testid={`latency-${name}`} />
    </>
  )
}
