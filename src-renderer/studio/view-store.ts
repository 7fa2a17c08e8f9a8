import { create } from 'zustand'
import { readChoice, storeChoice } from '../client/stored-choice.ts'
import { useDocument, useShow } from './show-store.ts'
import type { CanvasPart, Scene } from './types.ts'

/** Dialogs of the whole studio: one is open at a time. */
export type EditorDialog =
  | 'addAudio'
  | 'addOutput'
  | 'addSource'
  | 'canvas'
  | 'export'
  | 'exportObs'
  | 'goLive'
  | 'guide'
  | 'importBundle'
  | 'importObs'
  | 'macros'
  | 'overlays'
  | 'projectors'
  | 'template'
  | 'tracks'
  | 'transitions'
  | 'windows'

/** What the properties of an item are in, from the top to the bottom. */
export type PropertiesPart = 'settings' | 'audio' | 'filters' | 'position'

/** What this page looks at; other pages look at what they please. */
interface ViewState {
  /** Id of the canvas that is edited; empty for the main one. */
  readonly canvas: string
  /** Ids of the selected items of the edited scene. */
  readonly selected: readonly string[]
  /** What the panel beside the canvas shows. */
  readonly panel: { readonly kind: 'item' } | { readonly kind: 'source'; readonly id: string } | null
  readonly dialog: EditorDialog | null
  /** The multiview replaces the canvas and the docks. */
  readonly multiview: boolean
  /** Id of the overlay that the dialog `overlays` shows first. */
  readonly overlay: string | null
  /** The pane with the browser docks is open. */
  readonly docks: boolean
  /** All canvases are beside the one that is edited. */
  readonly allCanvases: boolean
  /** Id of the macro that the dialog `macros` shows first; null: the first one. */
  readonly macro: string | null
  /** What the dialog `projectors` proposes first: as `windows/views.ts` names it. */
  readonly window: string | null
  /** Kind of the source that the dialog `addSource` adds; null: it is chosen there. */
  readonly newSource: string | null
  /** What is open beside the studio. */
  readonly pane: 'guests' | null
  /** A part of the properties is to be shown, and to take the focus. */
  readonly wantedPart: PropertiesPart | null
}

export const useView = create<ViewState>(() => ({
  canvas: '',
  selected: [],
  panel: null,
  dialog: null,
  multiview: false,
  overlay: null,
  docks: readChoice('studio.docks', ['off', 'on']) === 'on',
  allCanvases: readChoice('studio.allCanvases', ['off', 'on']) === 'on',
  macro: null,
  window: null,
  newSource: null,
  pane: null,
  wantedPart: null,
}))

/** Opens a dialog; null closes it. */
export const openDialog = (dialog: EditorDialog | null): void =>
  useView.setState({ dialog, overlay: null, macro: null, window: null, newSource: null })

/** Opens the settings of a new source of a kind. */
export const openNewSource = (newSource: string): void => useView.setState({ dialog: 'addSource', newSource })

/** Opens the dialog of projectors and windows with one of them, e.g. `scene:ID`. */
export const openProjector = (window: string): void => useView.setState({ dialog: 'projectors', window })

/** Opens the dialog of the overlays with one of them. */
export const openOverlay = (overlay: string): void => useView.setState({ dialog: 'overlays', overlay })

/** Opens or closes the pane with the browser docks, as this browser has it from now on. */
export function showDocks(docks: boolean): void {
  useView.setState({ docks })
  storeChoice('studio.docks', docks ? 'on' : 'off')
}

/** Shows all canvases side by side, or the edited one alone, as this browser has it from now on. */
export function showAllCanvases(allCanvases: boolean): void {
  useView.setState({ allCanvases })
  storeChoice('studio.allCanvases', allCanvases ? 'on' : 'off')
}

/** Opens the macros with one of them, whose keys are recorded where it has none. */
export const openMacro = (macro: string): void => useView.setState({ dialog: 'macros', macro })

export const showMultiview = (multiview: boolean): void => useView.setState({ multiview })

/** Opens a pane beside the studio; null closes it. */
export const openPane = (pane: ViewState['pane']): void => useView.setState({ pane })

export const select = (selected: readonly string[]): void => useView.setState({ selected })

/** Opens the panel with the properties of the selected item. */
export const showItemPanel = (): void => useView.setState({ panel: { kind: 'item' } })

/** Opens the panel with the focus on a part of the properties of the selected item. */
export const showItemPart = (wantedPart: PropertiesPart): void => useView.setState({ panel: { kind: 'item' }, wantedPart })

/** Opens the panel with the properties of a source that is in no scene, e.g. a microphone. */
export const showSourcePanel = (id: string): void => useView.setState({ panel: { kind: 'source', id } })

export const closePanel = (): void => useView.setState({ panel: null })

export interface Edited {
  readonly canvas: CanvasPart
  /** The scene whose items are listed and changed: the preview's in studio mode, else the one on air. */
  readonly scene: Scene
}

/** The canvas and the scene that this page edits; undefined while nothing is open. */
export function useEdited(): Edited | undefined {
  const document = useDocument()
  const program = useShow((state) => state.program)
  const chosen = useView((state) => state.canvas)
  if (document === undefined || program === null) return undefined
  const canvas = document.canvases.find(({ id }) => id === chosen) ?? document.canvases[0]
  const on = program.canvases.find((each) => each.canvas === canvas?.id)
  const wanted = program.studioMode ? (on?.preview ?? on?.program) : on?.program
  const scene = document.scenes.find(({ id }) => id === wanted) ?? document.scenes.find((each) => each.canvas === canvas?.id)
  return canvas === undefined || scene === undefined ? undefined : { canvas, scene }
}
