import { type Static, Type } from 'typebox'

const Pixels = Type.Integer({ minimum: -100_000, maximum: 100_000 })

/** A rectangle of the desktop, pixels. */
export const BoundsSchema = Type.Object({ x: Pixels, y: Pixels, width: Pixels, height: Pixels }, { additionalProperties: false })
export type Bounds = Static<typeof BoundsSchema>

/** A display of the desktop. */
export const DisplaySchema = Type.Object(
  {
    id: Type.String({ maxLength: 200 }),
    name: Type.String({ maxLength: 200 }),
    bounds: BoundsSchema,
    primary: Type.Boolean(),
  },
  { additionalProperties: false },
)
export type Display = Static<typeof DisplaySchema>

/** How a window was when it was last seen. */
export const WindowStateSchema = Type.Object(
  {
    /** Of the window where it is neither maximised nor full screen. */
    bounds: Type.Optional(BoundsSchema),
    maximised: Type.Boolean(),
    fullScreen: Type.Boolean(),
    /** The display that most of it was on, as it was then. */
    display: Type.Optional(DisplaySchema),
  },
  { additionalProperties: false },
)
export type WindowState = Static<typeof WindowStateSchema>

/** Where a window is opened. Without bounds the desktop chooses. */
export interface Placement {
  readonly bounds?: Bounds
  readonly maximised: boolean
  readonly fullScreen: boolean
  /** Id of the display. */
  readonly display?: string
}

/** What a person asked for. */
export interface WantedPlace {
  /** Id of a display. */
  readonly display?: string
  readonly fullScreen?: boolean
}

const minSize = { width: 360, height: 240 }

/**
 * Where a window goes: as it was, on the display where it was. Where that display is gone, or another is wanted, it is in the middle of
 * the one that takes its place, as large as fits.
 * @param usual size of a window that was never seen, pixels
 */
export function placeWindow(
  state: WindowState | undefined,
  displays: readonly Display[],
  usual: { readonly width: number; readonly height: number },
  wanted: WantedPlace = {},
): Placement {
  const fullScreen = wanted.fullScreen ?? state?.fullScreen ?? false
  const maximised = !fullScreen && (state?.maximised ?? false)
  const known = (id: string | undefined): Display | undefined => displays.find((each) => each.id === id)
  const before = wanted.display === undefined || wanted.display === state?.display?.id ? known(state?.display?.id) : undefined
  const display = before ?? known(wanted.display) ?? displays.find(({ primary }) => primary) ?? displays[0]
  if (display === undefined) return { maximised, fullScreen }
  const area = display.bounds
  const width = Math.min(Math.max(state?.bounds?.width ?? usual.width, minSize.width), area.width)
  const height = Math.min(Math.max(state?.bounds?.height ?? usual.height, minSize.height), area.height)
  let x = area.x + Math.round((area.width - width) / 2)
  let y = area.y + Math.round((area.height - height) / 2)
  if (before !== undefined && state?.bounds !== undefined && state.display !== undefined) {
    // Displays may have been arranged otherwise since.
    x = within(state.bounds.x - state.display.bounds.x + area.x, area.x, area.x + area.width - width)
    y = within(state.bounds.y - state.display.bounds.y + area.y, area.y, area.y + area.height - height)
  }
  return { bounds: { x, y, width, height }, maximised, fullScreen, display: display.id }
}

/** The display that most of a rectangle is on. */
export function displayOf(bounds: Bounds, displays: readonly Display[]): Display | undefined {
  const shared = ({ bounds: area }: Display): number => {
    const width = Math.min(bounds.x + bounds.width, area.x + area.width) - Math.max(bounds.x, area.x)
    const height = Math.min(bounds.y + bounds.height, area.y + area.height) - Math.max(bounds.y, area.y)
    return Math.max(0, width) * Math.max(0, height)
  }
  const best = displays.toSorted((one, other) => shared(other) - shared(one))[0]
  return best !== undefined && shared(best) > 0 ? best : undefined
}

const within = (value: number, least: number, most: number): number => Math.max(least, Math.min(value, most))
