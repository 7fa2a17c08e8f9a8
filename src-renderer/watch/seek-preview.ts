import { drawSprite, readSpriteTrack, type SpriteTrack, spriteAt } from '../player/sprites.ts'
import type { WatchSession } from '../player/watch-session.ts'
import { part } from './controls.ts'

/** The list of thumbnails grows while the stream runs: it is read again at most this often, ms. */
const freshForMs = 5000
const hideAfterMs = 1200

export interface SeekPreview {
  /** Shows the thumbnail at a share of the bar, 0 to 1, and a time. */
  show(share: number, text: string): void
  hide(): void
  hideSoon(): void
}

/** A thumbnail above the bar, of the moment that it would go to. */
export function connectSeekPreview(video: HTMLVideoElement, session: () => WatchSession): SeekPreview {
  const box = part('seek-preview')
  const image = part('seek-picture')
  const time = part('seek-time')
  let track: SpriteTrack | undefined
  let readAt = Number.NEGATIVE_INFINITY
  let share = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  const read = async () => {
    if (performance.now() - readAt < freshForMs) return
    readAt = performance.now()
    const address = session().urlOf('sprites.vtt')
    const response = await fetch(address, { cache: 'no-store' }).catch(() => undefined)
    if (!response?.ok) return
    track = readSpriteTrack(await response.text(), address)
    draw()
  }
  const draw = () => {
    const range = session().range()
    const shownMs = session().shownTimeMs()
    const origin = track?.originTimeMs
    if (!track || !range || shownMs === undefined || origin === undefined) {
      image.hidden = true
      return
    }
    const wantedS = range.startS + share * (range.liveS - range.startS)
    const sprite = spriteAt(track, (shownMs - origin) / 1000 + wantedS - video.currentTime)
    image.hidden = sprite === undefined
    drawSprite(image, sprite)
    box.dataset.at = sprite === undefined ? '' : String(sprite.startS)
  }
  const hide = () => {
    clearTimeout(timer)
    box.hidden = true
  }
  return {
    show(wanted, text) {
      clearTimeout(timer)
      share = wanted
      time.textContent = text
      box.hidden = false
      draw()
      const bar = part('seek').getBoundingClientRect()
      const half = box.offsetWidth / 2
      const left = Math.min(bar.width - half, Math.max(half, share * bar.width))
      box.style.left = `${14 + left}px`
      void read()
    },
    hide,
    hideSoon() {
      clearTimeout(timer)
      timer = setTimeout(hide, hideAfterMs)
    },
  }
}
