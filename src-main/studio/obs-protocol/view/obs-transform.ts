import type { ItemLayout } from '../../document/collection.ts'
import type { Alignment, Bounds } from '../../document/schemas/geometry.ts'
import { RequestFault } from '../reading/request-fault.ts'
import { RequestFields } from '../reading/request-fields.ts'

/** Pixels. */
export interface Size {
  readonly width: number
  readonly height: number
}

const boundsTypes = {
  stretch: 'OBS_BOUNDS_STRETCH',
  contain: 'OBS_BOUNDS_SCALE_INNER',
  cover: 'OBS_BOUNDS_SCALE_OUTER',
  width: 'OBS_BOUNDS_SCALE_TO_WIDTH',
  height: 'OBS_BOUNDS_SCALE_TO_HEIGHT',
  shrink: 'OBS_BOUNDS_MAX_ONLY',
} as const satisfies Record<Bounds['fit'], string>
const noBounds = 'OBS_BOUNDS_NONE'

/** Points of a box as OBS's bits: 1 left, 2 right, 4 top, 8 bottom, none for the middle. */
function bitsOf({ x, y }: Alignment): number {
  return { left: 1, center: 0, right: 2 }[x] | { top: 4, center: 0, bottom: 8 }[y]
}

function alignmentOf(bits: number): Alignment {
  return {
    x: (bits & 1) !== 0 ? 'left' : (bits & 2) !== 0 ? 'right' : 'center',
    y: (bits & 4) !== 0 ? 'top' : (bits & 8) !== 0 ? 'bottom' : 'center',
  }
}

/** An item's place as the protocol has it. `size`: of what it shows, before it is cropped. */
export function transformOf({ position, scale, rotation, alignment, crop, bounds }: ItemLayout, size: Size): Record<string, unknown> {
  return {
    sourceWidth: size.width,
    sourceHeight: size.height,
    positionX: position.x,
    positionY: position.y,
    rotation,
    scaleX: scale.x,
    scaleY: scale.y,
    width: size.width * scale.x,
    height: size.height * scale.y,
    alignment: bitsOf(alignment),
    boundsType: bounds === null ? noBounds : boundsTypes[bounds.fit],
    boundsAlignment: bounds === null ? 0 : bitsOf(bounds.alignment),
    boundsWidth: bounds?.width ?? 0,
    boundsHeight: bounds?.height ?? 0,
    cropLeft: crop.left,
    cropRight: crop.right,
    cropTop: crop.top,
    cropBottom: crop.bottom,
    cropToBounds: false,
  }
}

/** What of an item changes by the fields of a transform that a client sent. Throws RequestFault. */
export function changesOfTransform(sent: Readonly<Record<string, unknown>>, before: ItemLayout): Record<string, unknown> {
  const fields = new RequestFields(sent)
  const changes: Record<string, unknown> = {}
  const pair = (into: string, x: string, y: string): void => {
    const [left, top] = [fields.maybeNumber(x, -90_001, 90_001), fields.maybeNumber(y, -90_001, 90_001)]
    if (left !== undefined || top !== undefined)
      changes[into] = { ...(left !== undefined && { x: left }), ...(top !== undefined && { y: top }) }
  }
  pair('position', 'positionX', 'positionY')
  const rotation = fields.maybeNumber('rotation', -360, 360)
  if (rotation !== undefined) changes.rotation = rotation
  pair('scale', 'scaleX', 'scaleY')
  const alignment = fields.maybeNumber('alignment', 0)
  if (alignment !== undefined) changes.alignment = alignmentOf(alignment)
  const crop: Record<string, number> = {}
  for (const [side, name] of [
    ['left', 'cropLeft'],
    ['right', 'cropRight'],
    ['top', 'cropTop'],
    ['bottom', 'cropBottom'],
  ] as const) {
    const pixels = fields.maybeNumber(name, 0, 100_000)
    if (pixels !== undefined) crop[side] = Math.round(Math.min(pixels, 16_384))
  }
  if (Object.keys(crop).length > 0) changes.crop = crop
  const bounds = boundsOf(fields, before.bounds)
  if (bounds !== undefined) changes.bounds = bounds
  if (Object.keys(changes).length > 0 || fields.has('cropToBounds')) return changes
  throw new RequestFault('cannotAct', 'You have not provided any valid transform changes.')
}

/** The bounds that fields ask for; null for none, undefined where they ask for nothing. */
function boundsOf(fields: RequestFields, before: Bounds | null): Bounds | null | undefined {
  const type = fields.maybeText('boundsType')
  const alignment = fields.maybeNumber('boundsAlignment', 0)
  const width = fields.maybeNumber('boundsWidth', 1, 90_001)
  const height = fields.maybeNumber('boundsHeight', 1, 90_001)
  const fit = type === undefined ? before?.fit : (Object.keys(boundsTypes) as Bounds['fit'][]).find((each) => boundsTypes[each] === type)
  if (type !== undefined && type !== noBounds && fit === undefined) {
    throw new RequestFault('invalidRequestField', 'The field boundsType has an invalid value.')
  }
  if (type === noBounds) return null
  if (fit === undefined || (type ?? alignment ?? width ?? height) === undefined) return undefined
  return {
    fit,
    width: Math.min(width ?? before?.width ?? 1, 16_384),
    height: Math.min(height ?? before?.height ?? 1, 16_384),
    alignment: alignment === undefined ? (before?.alignment ?? { x: 'center', y: 'center' }) : alignmentOf(alignment),
  }
}
