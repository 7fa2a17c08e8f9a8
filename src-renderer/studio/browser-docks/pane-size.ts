/** Where the pane is. */
export const dockPlaces = ['right', 'bottom'] as const
export type DockPlace = (typeof dockPlaces)[number]

/** Width or height of the pane, pixels. */
export const minSize = 160
export const maxSize = 900
const usual: Readonly<Record<DockPlace, number>> = { right: 340, bottom: 220 }

const stored = (place: DockPlace): string => `ami.studio.docks.${place}`

/** As this browser had it last. */
export function readSize(place: DockPlace): number {
  try {
    const size = Number(localStorage.getItem(stored(place)))
    return size >= minSize && size <= maxSize ? size : usual[place]
  } catch {
    return usual[place]
  }
}

export function storeSize(place: DockPlace, size: number): void {
  try {
    localStorage.setItem(stored(place), String(size))
  } catch {
    // Without storage it is kept until the page is left.
  }
}
