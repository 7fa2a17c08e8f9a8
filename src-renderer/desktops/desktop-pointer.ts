import type { ClientMessage } from '../../src-main/desktop/sessions/client-message.ts'

/** Pixels of a scroll that make a step of the wheel, where the browser counts in pixels. */
const pixelsPerStep = 60
const maxSteps = 20
/** `MouseEvent.button` as X numbers them. */
const buttons = [1, 2, 3, 8, 9] as const

/** Sends what a pointer does on the canvas to its display. Returns the way to stop. */
export function bindPointer(canvas: HTMLCanvasElement, send: (message: ClientMessage) => void): () => void {
  const stop = new AbortController()
  const on = <K extends keyof HTMLElementEventMap>(name: K, listener: (event: HTMLElementEventMap[K]) => void): void =>
    canvas.addEventListener(name, listener, { signal: stop.signal, passive: false })
  let next: { readonly x: number; readonly y: number } | undefined
  let asked = 0
  let restX = 0
  let restY = 0

  const place = ({ clientX, clientY }: MouseEvent): { readonly x: number; readonly y: number } => {
    const { left, top, width, height } = canvas.getBoundingClientRect()
    const within = (at: number, size: number, pixels: number): number =>
      Math.max(0, Math.min(pixels - 1, Math.floor((at / Math.max(1, size)) * pixels)))
    return { x: within(clientX - left, width, canvas.width), y: within(clientY - top, height, canvas.height) }
  }
  const move = (): void => {
    asked = 0
    if (next === undefined) return
    send({ kind: 'move', ...next })
    next = undefined
  }
  const press = (event: PointerEvent, down: boolean): void => {
    const button = buttons[event.button]
    if (button === undefined) return
    event.preventDefault()
    next = undefined
    send({ kind: 'button', button, down, ...place(event) })
  }
  /** Whole steps; what is left counts with the next event. */
  const steps = (delta: number, mode: number, rest: number): readonly [number, number] => {
    const sum = rest + (mode === WheelEvent.DOM_DELTA_PIXEL ? delta / pixelsPerStep : delta / 3)
    const whole = Math.max(-maxSteps, Math.min(maxSteps, Math.trunc(sum)))
    return [whole, sum - whole]
  }

  on('pointermove', (event) => {
    next = place(event)
    if (asked === 0) asked = requestAnimationFrame(move)
  })
  on('pointerdown', (event) => {
    canvas.setPointerCapture(event.pointerId)
    press(event, true)
  })
  on('pointerup', (event) => press(event, false))
  on('pointercancel', (event) => press(event, false))
  on('contextmenu', (event) => event.preventDefault())
  on('wheel', (event) => {
    event.preventDefault()
    const [x, leftX] = steps(event.deltaX, event.deltaMode, restX)
    const [y, leftY] = steps(event.deltaY, event.deltaMode, restY)
    restX = leftX
    restY = leftY
    if (x !== 0 || y !== 0) send({ kind: 'wheel', x, y })
  })
  return () => {
    stop.abort()
    if (asked !== 0) cancelAnimationFrame(asked)
  }
}
