/**
 * Events for a touch screen of Xorg's driver inputtest, as its socket takes them: `u32` bytes in all, `u32` kind, then what the kind has, in
 * the byte order and alignment of the machine.
 */

const kinds = { version: 0, touch: 6 } as const
/** What XInput 2 names them. */
const phases = { begin: 18, move: 19, end: 20 } as const
export type TouchPhase = keyof typeof phases

/** Axes in an event, whatever the device has. */
const axisCount = 64
/** Where the values of axes start, and a second list of them, which is not used. */
const axesAt = 32
const touchBytes = axesAt + axisCount * 8 * 2
/** Of the axes x and y: from 0 to one less over the whole display. */
const axisSteps = 0x10000

/** The first message: the version of the protocol that the others are of. */
export function versionEvent(): Buffer {
  const bytes = Buffer.alloc(12)
  bytes.writeUInt32LE(bytes.length, 0)
  bytes.writeUInt32LE(kinds.version, 4)
  bytes.writeUInt16LE(1, 8)
  return bytes
}

export interface TouchPlace {
  /** Pixels. */
  readonly x: number
  readonly y: number
}

/** A finger comes, moves or goes; `size`: of the display, pixels. A place beyond it is at its edge. */
export function touchEvent(
  touch: number,
  phase: TouchPhase,
  { x, y }: TouchPlace,
  size: { readonly width: number; readonly height: number },
): Buffer {
  const bytes = Buffer.alloc(touchBytes)
  bytes.writeUInt32LE(bytes.length, 0)
  bytes.writeUInt32LE(kinds.touch, 4)
  bytes.writeUInt32LE(touch, 8)
  bytes.writeUInt32LE(phases[phase], 12)
  // Both axes are set: a bit each, behind a word that says that there is no second list.
  bytes.writeUInt8(0b11, 20)
  bytes.writeDoubleLE(axisOf(x, size.width), axesAt)
  bytes.writeDoubleLE(axisOf(y, size.height), axesAt + 8)
  return bytes
}

/** A quarter into the pixel: neither programs that cut fractions off nor those that round them take it for another one. */
function axisOf(pixel: number, pixels: number): number {
  return ((Math.min(pixel, pixels - 1) + 0.25) * axisSteps) / pixels
}
