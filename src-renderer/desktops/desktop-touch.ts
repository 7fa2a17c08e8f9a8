import type { ClientMessage } from '../../src-main/desktop/sessions/client-message.ts'
import { FingersOnDisplay } from './fingers-on-display.ts'
import { ViewZoom } from './view-zoom.ts'

/** A finger that rests so long presses the right button, ms: sooner than browsers offer a menu of their own. */
const longPressMs = 420
/** Two taps, or a tap and a drag, within this time belong together, ms. */
const doubleMs = 300
/** A finger that moved less has not moved, CSS pixels. */
const stillPx = 10
/** Fingers that move apart or together so far zoom, and do not scroll, CSS pixels. */
const pinchPx = 24
const scrollPx = 24
/** Pixels of the display for each CSS pixel of a finger on the touchpad. */
const padSpeed = 1.6

export interface TouchOptions {
  readonly canvas: HTMLCanvasElement
  readonly send: (message: ClientMessage) => void
  /** The screen is a touchpad: a finger moves the pointer from where it is. */
  readonly isTouchpad: () => boolean
  /** How many fingers the touch screen of the display takes; 0: it has none, and fingers are gestures. */
  readonly maxFingers: () => number
  /** Where the touchpad's pointer is, pixels of the display. */
  readonly onPointer: (x: number, y: number) => void
}

interface Finger {
  readonly startX: number
  readonly startY: number
  x: number
  y: number
}

type Gesture = 'none' | 'wait' | 'drag' | 'pad' | 'two' | 'scroll' | 'pinch' | 'done'

/**
 * Fingers on a display: a tap clicks, a long press or a tap of two fingers clicks right, a finger that moves drags (or moves the pointer of
 * the touchpad, and drags after a tap), two fingers scroll, or zoom the view. Where the display has a touch screen, and this one is no
 * touchpad, its programs get the fingers themselves. Returns the way to stop.
 */
export function bindTouch({ canvas, send, isTouchpad, maxFingers, onPointer }: TouchOptions): () => void {
  const stop = new AbortController()
  const zoom = new ViewZoom(canvas)
  const fingers = new Map<number, Finger>()
  const sent = new FingersOnDisplay(send, (x, y) => placeOf(x, y))
  /** The touchpad's pointer starts in the middle. */
  let pointer: { readonly x: number; readonly y: number } | undefined
  let gesture: Gesture = 'none'
  let pressed = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let startMs = 0
  let tappedMs = Number.NEGATIVE_INFINITY
  let last = { distance: 0, x: 0, y: 0 }
  let scrolled = { x: 0, y: 0 }

  const limited = (value: number, pixels: number): number => Math.max(0, Math.min(pixels - 1, Math.floor(value)))
  const placeOf = (clientX: number, clientY: number): { readonly x: number; readonly y: number } => {
    const { left, top, width, height } = canvas.getBoundingClientRect()
    return {
      x: limited(((clientX - left) / Math.max(1, width)) * canvas.width, canvas.width),
      y: limited(((clientY - top) / Math.max(1, height)) * canvas.height, canvas.height),
    }
  }
  const pointerNow = (): { readonly x: number; readonly y: number } => pointer ?? { x: canvas.width / 2, y: canvas.height / 2 }
  const target = (finger: Finger): { readonly x: number; readonly y: number } =>
    isTouchpad()
      ? { x: limited(pointerNow().x, canvas.width), y: limited(pointerNow().y, canvas.height) }
      : placeOf(finger.startX, finger.startY)
  const click = (button: 1 | 3, at: { readonly x: number; readonly y: number }): void => {
    send({ kind: 'button', button, down: true, ...at })
    send({ kind: 'button', button, down: false, ...at })
  }
  const press = (at: { readonly x: number; readonly y: number }): void => {
    pressed = true
    send({ kind: 'button', button: 1, down: true, ...at })
  }
  const release = (finger: Finger): void => {
    if (!pressed) return
    pressed = false
    send({ kind: 'button', button: 1, down: false, ...(isTouchpad() ? target(finger) : placeOf(finger.x, finger.y)) })
  }
  const both = (): { readonly distance: number; readonly x: number; readonly y: number } => {
    const [one, other] = [...fingers.values()] as [Finger, Finger]
    return { distance: Math.hypot(one.x - other.x, one.y - other.y), x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 }
  }
  const on = (name: 'pointerdown' | 'pointermove' | 'pointerup' | 'pointercancel', listener: (event: PointerEvent) => void): void =>
    canvas.addEventListener(name, (event) => event.pointerType === 'touch' && listener(event), { signal: stop.signal })

  const down = (event: PointerEvent): void => {
    canvas.setPointerCapture(event.pointerId)
    // A touch ends as what it started as.
    if (sent.down > 0 || (fingers.size === 0 && maxFingers() > 0 && !isTouchpad())) {
      if (sent.down < maxFingers()) sent.put(event.pointerId, event.clientX, event.clientY)
      return
    }
    const finger = { startX: event.clientX, startY: event.clientY, x: event.clientX, y: event.clientY }
    fingers.set(event.pointerId, finger)
    clearTimeout(timer)
    if (fingers.size === 1) {
      gesture = 'wait'
      startMs = event.timeStamp
      if (isTouchpad() && startMs - tappedMs < doubleMs) press(target(finger))
      // Browsers report movements before a frame: on a busy device one that was made in time comes behind the timer.
      timer = setTimeout(() => requestAnimationFrame(() => pressLong(finger)), longPressMs)
    } else if (fingers.size === 2) {
      release(finger)
      gesture = gesture === 'done' ? 'done' : 'two'
      last = both()
      scrolled = { x: 0, y: 0 }
    } else gesture = 'done'
  }
  const pressLong = (finger: Finger): void => {
    if (stop.signal.aborted || pressed || gesture !== 'wait' || ![...fingers.values()].includes(finger)) return
    gesture = 'done'
    navigator.vibrate?.(15)
    click(3, target(finger))
  }
  const moveOne = (finger: Finger, dx: number, dy: number): void => {
    if (gesture === 'wait' && Math.hypot(finger.x - finger.startX, finger.y - finger.startY) > stillPx) {
      clearTimeout(timer)
      gesture = isTouchpad() ? 'pad' : 'drag'
      if (gesture === 'drag') press(target(finger))
    }
    if (gesture === 'drag') send({ kind: 'move', ...placeOf(finger.x, finger.y) })
    else if (gesture === 'pad') {
      pointer = {
        x: Math.max(0, Math.min(canvas.width - 1, pointerNow().x + dx * padSpeed)),
        y: Math.max(0, Math.min(canvas.height - 1, pointerNow().y + dy * padSpeed)),
      }
      onPointer(pointer.x, pointer.y)
      send({ kind: 'move', ...target(finger) })
    }
  }
  const moveTwo = (): void => {
    const now = both()
    const [dx, dy] = [now.x - last.x, now.y - last.y]
    if (gesture === 'two') {
      if (Math.abs(now.distance - last.distance) > pinchPx) gesture = 'pinch'
      else if (Math.hypot(dx, dy) > stillPx) gesture = 'scroll'
      else return
    }
    if (gesture === 'pinch') zoom.by(now.distance / Math.max(1, last.distance), now.x, now.y, dx, dy)
    else if (gesture === 'scroll') {
      scrolled = { x: scrolled.x - dx, y: scrolled.y - dy }
      const steps = { x: Math.trunc(scrolled.x / scrollPx), y: Math.trunc(scrolled.y / scrollPx) }
      scrolled = { x: scrolled.x - steps.x * scrollPx, y: scrolled.y - steps.y * scrollPx }
      if (steps.x !== 0 || steps.y !== 0) send({ kind: 'wheel', x: limit(steps.x), y: limit(steps.y) })
    }
    last = now
  }
  const up = (event: PointerEvent, cancelled: boolean): void => {
    sent.lift(event.pointerId)
    const finger = fingers.get(event.pointerId)
    if (finger === undefined) return
    clearTimeout(timer)
    fingers.delete(event.pointerId)
    const isQuick = event.timeStamp - startMs < longPressMs && !cancelled
    if (gesture === 'wait' && !pressed && isQuick) {
      click(1, target(finger))
      tappedMs = event.timeStamp
    } else if (gesture === 'wait' && !pressed && !cancelled) {
      // It rested long enough, and was lifted before the frame in which that is looked at.
      click(3, target(finger))
    } else if (gesture === 'two' && isQuick) {
      click(3, target(finger))
      gesture = 'done'
    }
    release(finger)
    if (fingers.size === 0) gesture = 'none'
    else if (gesture !== 'none') gesture = 'done'
  }

  on('pointerdown', down)
  const move = (event: PointerEvent): void => {
    sent.move(event.pointerId, event.clientX, event.clientY)
    const finger = fingers.get(event.pointerId)
    if (finger === undefined) return
    const [dx, dy] = [event.clientX - finger.x, event.clientY - finger.y]
    finger.x = event.clientX
    finger.y = event.clientY
    if (fingers.size === 1) moveOne(finger, dx, dy)
    else if (fingers.size === 2) moveTwo()
  }
  on('pointermove', move)
  on('pointerup', (event) => {
    // Of a quick movement a busy device may report the end alone.
    move(event)
    up(event, false)
  })
  on('pointercancel', (event) => up(event, true))
  return () => {
    clearTimeout(timer)
    sent.stop()
    stop.abort()
  }
}

/** Steps of the wheel that one message may have. */
const limit = (steps: number): number => Math.max(-20, Math.min(20, steps))
