import { player as t } from '../messages/player.ts'
import { liveWithinS } from '../player/engine.ts'
import type { WatchSession } from '../player/watch-session.ts'
import { part } from './controls.ts'
import { connectSeekPreview } from './seek-preview.ts'

/** With less than this to rewind to, s, the bar is not worth its place. */
const minRangeS = 20

/** 0:07, 12:05, 1:02:03 */
export function formatSpan(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const two = (value: number) => String(value).padStart(2, '0')
  const hours = Math.floor(whole / 3600)
  const minutes = Math.floor(whole / 60) % 60
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`
}

function textOf(behindS: number): string {
  return behindS <= liveWithinS ? t.live : `-${formatSpan(behindS)}`
}

/** Joins the bar above the controls with the rewind window: its right end is live. */
export function connectSeekBar(video: HTMLVideoElement, session: () => WatchSession): void {
  const bar = part<HTMLInputElement>('seek')
  let kept = false
  const preview = connectSeekPreview(video, session)

  const say = (behindS: number) => {
    bar.setAttribute('aria-valuetext', textOf(behindS))
  }
  const draw = () => {
    const range = session().range()
    const span = range ? range.liveS - range.startS : 0
    bar.hidden = span < minRangeS
    if (!range || kept || bar.hidden) return
    bar.max = span.toFixed(1)
    const at = Math.min(span, Math.max(0, video.currentTime - range.startS))
    bar.value = session().rewound ? at.toFixed(1) : bar.max
    bar.style.setProperty('--played', `${(Number(bar.value) / span) * 100}%`)
    say(span - Number(bar.value))
  }
  const go = () => {
    const range = session().range()
    if (!range) return
    const behindS = Number(bar.max) - Number(bar.value)
    if (behindS <= liveWithinS) session().goLive()
    else session().seek(range.liveS - behindS)
    draw()
  }

  bar.addEventListener('pointermove', (event) => {
    if (kept) return
    const { left, width } = bar.getBoundingClientRect()
    const share = Math.min(1, Math.max(0, (event.clientX - left) / width))
    preview.show(share, textOf(Number(bar.max) * (1 - share)))
  })
  bar.addEventListener('pointerleave', () => {
    if (!kept) preview.hide()
  })
  video.addEventListener('seeking', () => {
    const range = session().range()
    if (kept || bar.hidden || !range || !session().rewound) return
    const span = range.liveS - range.startS
    const share = Math.min(1, Math.max(0, (video.currentTime - range.startS) / span))
    preview.show(share, textOf(span * (1 - share)))
    preview.hideSoon()
  })
  bar.addEventListener('pointerdown', () => {
    kept = true
  })
  for (const event of ['pointerup', 'pointercancel']) {
    bar.addEventListener(event, () => {
      kept = false
      preview.hideSoon()
    })
  }
  bar.addEventListener('input', () => {
    const behindS = Number(bar.max) - Number(bar.value)
    bar.style.setProperty('--played', `${(Number(bar.value) / Number(bar.max)) * 100}%`)
    say(behindS)
    preview.show(Number(bar.value) / Number(bar.max), textOf(behindS))
  })
  bar.addEventListener('change', () => {
    kept = false
    go()
    preview.hideSoon()
  })
  setInterval(draw, 500)
}
