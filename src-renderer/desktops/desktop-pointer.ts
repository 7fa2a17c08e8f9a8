import type { ClientMessage } from '../../src-main/desktop/sessions/client-message.ts'

/** Pixels of a scroll that make a step of the wheel, where the browser counts in pixels. */
const pixelsPerStep = 60
const maxSteps = 20
/** `MouseEvent.button` as X numbers them. */
const buttons = [1, 2, 3, 8, 9] as const

const maxShift = (pixels: number): number => Math.max(-4096, Math.min(4096, Math.round(pixels)))

/** Sends what a pointer does on the canvas to its display. Returns the way to stop. */
export function bindPointer(canvas: HTMLCanvasElement, send: (message: ClientMessage) => void): () => void {
  const stop = new AbortController()
  const on = <K extends keyof HTMLElementEventMap>(name: K, listener: (event: HTMLElementEventMap[K]) => void): void =>
    canvas.addEventListener(name, listener, { signal: stop.signal, passive: false })
  let next: { readonly x: number; readonly y: number } | undefined
  /** Since the last message, while the pointer is the display's alone. */
  let shifted = { x: 0, y: 0 }
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
    const { x, y } = { x: maxShift(shifted.x), y: maxShift(shifted.y) }
    shifted = { x: 0, y: 0 }
    if (x !== 0 || y !== 0) send({ kind: 'shift', x, y })
    if (next === undefined) return
    send({ kind: 'move', ...next })
    next = undefined
  }
  const press = (event: PointerEvent, down: boolean): void => {
    const button = buttons[event.button]
    if (button === undefined || event.pointerType === 'touch') return
    event.preventDefault()
    next = undefined
    send({ kind: 'button', button, down, ...(document.pointerLockElement === canvas ? {} : place(event)) })
  }
  /** Whole steps; what is left counts with the next event. */
  const steps = (delta: number, mode: number, rest: number): readonly [number, number] => {
    const sum = rest + (mode === WheelEvent.DOM_DELTA_PIXEL ? delta / pixelsPerStep : delta / 3)
    const whole = Math.max(-maxSteps, Math.min(maxSteps, Math.trunc(sum)))
    return [whole, sum - whole]
  }

  on('pointermove', (event) => {
    if (event.pointerType === 'touch') return
    if (document.pointerLockElement === canvas) {
      shifted = { x: shifted.x + event.movementX, y: shifted.y + event.movementY }
    } else next = place(event)
    if (asked === 0) asked = requestAnimationFrame(move)
  })
  on('pointerdown', (event) => {
    if (event.pointerType !== 'touch' && document.pointerLockElement === null) canvas.setPointerCapture(event.pointerId)
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
