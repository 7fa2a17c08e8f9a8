/** How long a finger rests until the menu opens, ms. */
const restMs = 500
/** How far it may move meanwhile, px: a finger is never still. */
const slackPx = 10

/**
 * Opens the menu of what is below a finger that rests, as a right click does: by the event `contextmenu`, where the browser sends none by
 * itself. The click that the finger would make when it leaves is left out. Returns the way to stop.
 */
export function openMenusByLongPress(root: Document = document): () => void {
  let rest: { readonly timer: ReturnType<typeof setTimeout>; readonly x: number; readonly y: number; readonly pointer: number } | undefined
  let opened = false
  const end = (): void => {
    clearTimeout(rest?.timer)
    rest = undefined
  }
  const onDown = (event: PointerEvent): void => {
    end()
    opened = false
    // A second finger zooms.
    if (event.pointerType !== 'touch' || !event.isPrimary) return
    const { clientX: x, clientY: y, pointerId: pointer, target } = event
    const timer = setTimeout(() => {
      rest = undefined
      const menu = new MouseEvent('contextmenu', { bubbles: true, cancelable: true, composed: true, clientX: x, clientY: y, button: 2 })
      // Nobody opens a menu where it is not prevented.
      opened = target?.dispatchEvent(menu) === false
    }, restMs)
    rest = { timer, x, y, pointer }
  }
  const onMove = (event: PointerEvent): void => {
    if (rest?.pointer === event.pointerId && Math.hypot(event.clientX - rest.x, event.clientY - rest.y) > slackPx) end()
  }
  const onMenu = (event: MouseEvent): void => {
    if (!event.isTrusted) return
    if (opened) {
      event.preventDefault()
      event.stopPropagation()
    } else if (rest !== undefined) {
      // The browser opens it by itself.
      end()
      opened = true
    }
  }
  const onClick = (event: MouseEvent): void => {
    if (!opened || !event.isTrusted) return
    opened = false
    event.preventDefault()
    event.stopPropagation()
  }
  const stop = new AbortController()
  const options = { capture: true, signal: stop.signal }
  root.addEventListener('pointerdown', onDown, options)
  root.addEventListener('pointermove', onMove, options)
  for (const type of ['pointerup', 'pointercancel'] as const) root.addEventListener(type, end, options)
  root.addEventListener('contextmenu', onMenu, options)
  root.addEventListener('click', onClick, options)
  return () => {
    end()
    stop.abort()
  }
}
