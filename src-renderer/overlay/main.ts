import type { Drawn, OverlayMessage } from './drawing.ts'
import { drawnKinds } from './drawn-kinds.ts'
import { followFeed } from './feed.ts'
import { applyTheme } from './look.ts'

/**
 * The page of an overlay. It shows what the feed says, in the size that it has, and draws nothing while nothing changes. With the path
 * `/overlay/preview` the page of the studio says what to show: a look at an overlay that does not exist yet.
 */

const root = document.getElementById('overlay') as HTMLElement
let shown: { readonly kind: string; readonly drawn: Drawn } | undefined

function show(message: OverlayMessage): void {
  const { kind, settings } = message
  const kindOf = drawnKinds[kind]
  if (kindOf === undefined) return
  if (shown?.kind !== kind) {
    shown?.drawn.end()
    root.replaceChildren()
    root.dataset.kind = kind
    shown = { kind, drawn: kindOf.draw(root) }
  }
  applyTheme(root, settings)
  scaleTo(message.width, message.height)
  shown.drawn.show(message)
}

let size: readonly [width: number, height: number] | undefined

/** `--u` is a pixel of the design: the drawing is as large as the page lets it be. */
function scaleTo(width: number, height: number): void {
  size = [width, height]
  const scale = Math.min(window.innerWidth / width, window.innerHeight / height)
  root.style.setProperty('--u', `${Math.max(0.05, scale)}px`)
}

window.addEventListener('resize', () => {
  if (size === undefined) return
  scaleTo(...size)
  shown?.drawn.resize?.()
})

const id = /^\/overlay\/([a-z0-9]+)$/.exec(location.pathname)?.[1]
if (id === 'preview') {
  window.addEventListener('message', ({ data, origin, source }) => {
    if (origin === location.origin && source === window.parent) show(data as OverlayMessage)
  })
  window.parent.postMessage('overlay-ready', location.origin)
} else if (id !== undefined) {
  followFeed(id, new URLSearchParams(location.search).get('token') ?? '', show)
}
