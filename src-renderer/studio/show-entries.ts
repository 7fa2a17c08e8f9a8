import type { PaletteEntry } from '../components/palette-entries.ts'
import { app as t } from '../messages/page.ts'
import { t as docks } from './browser-docks/messages.ts'
import { t as canvas } from './canvas-settings/messages.ts'
import {
  chooseScene,
  clipLast,
  clipSeconds,
  commandOutput,
  configureProgram,
  redoStep,
  runMacro,
  saveReplay,
  startOutput,
  undoStep,
} from './commands.ts'
import { t as guests } from './guests/messages.ts'
import { stepWords } from './history/step-words.ts'
import type { Kind } from './kinds.ts'
import { t as macros } from './macros/messages.ts'
import { t as studio } from './messages.ts'
import { t as mixer } from './mixer/messages.ts'
import { t as multiview } from './multiview/messages.ts'
import { addChapter } from './outputs/add-chapter.ts'
import { endLive, endOutput, isOn } from './outputs/live-actions.ts'
import { isLiveOutput } from './outputs/readiness.ts'
import { t as overlays } from './overlays/messages.ts'
import { layersOf, nameOf } from './places.ts'
import { change } from './show-store.ts'
import { t as shows } from './shows/messages.ts'
import { t as transitions } from './transitions/messages.ts'
import type { Collection, OpenCollection, Output, OutputReport, ProgramState } from './types.ts'
import {
  type EditorDialog,
  openDialog,
  openNewSource,
  openPane,
  select,
  showDocks,
  showItemPanel,
  showMultiview,
  showSourcePanel,
} from './view-store.ts'
import { t as windowRules } from './window-rules/messages.ts'
import { t as windows } from './windows/messages.ts'

interface ShownShow {
  readonly open: OpenCollection
  readonly program: ProgramState
  readonly reports: Readonly<Record<string, OutputReport>>
  /** Of sources. */
  readonly kinds: readonly Kind[]
  readonly editor: boolean
  /** Goes to the section Studio. */
  readonly toStudio: () => void
}

/** What the palette finds of the open show: its scenes, sources, outputs and macros, and everything that the section does. */
export function showEntries(show: ShownShow): readonly PaletteEntry[] {
  const { open, editor, toStudio } = show
  const inStudio = (id: string, text: string, work: () => void): PaletteEntry => ({
    ...action(id, text, () => {
      toStudio()
      work()
    }),
  })
  const opens = ([dialog, text]: readonly [EditorDialog, string]): PaletteEntry => inStudio(dialog, text, () => openDialog(dialog))
  return [
    ...(editor ? scenesOf(show) : []),
    ...sourcesOf(show),
    inStudio('multiview', multiview.open, () => showMultiview(true)),
    opens(['projectors', windows.open]),
    ...(editor
      ? [
          ...outputsOf(show),
          ...open.collection.macros.map(({ id, name }) => action(`macro ${id}`, macros.runOf(name), () => void runMacro(id))),
          ...open.collection.sources.flatMap(muteOf),
          action('undo', open.undo === null ? t.undo : t.undoStep(stepWords(open.undo)), undoStep),
          action('redo', open.redo === null ? t.redo : t.redoStep(stepWords(open.redo)), redoStep),
          action('studio-mode', show.program.studioMode ? t.leaveStudioMode : t.studioMode, () =>
            configureProgram({ studioMode: !show.program.studioMode }),
          ),
          ...(
            [
              ['addSource', studio.sources.add],
              ['addAudio', studio.mixer.add],
              ['canvas', canvas.open],
              ['macros', macros.open],
              ['transitions', transitions.open],
              ['tracks', mixer.open],
              ['windows', windowRules.title],
              ['overlays', overlays.open],
              ['export', shows.exportMenu],
              ['exportObs', shows.obsMenu],
              ['importObs', studio.start.importObs],
              ['importBundle', shows.importBundle],
            ] as const
          ).map(opens),
          ...show.kinds.map(({ kind, title }) => inStudio(`add ${kind}`, studio.addSource.titleOf(title), () => openNewSource(kind))),
          inStudio('addOutput', studio.outputs.add, () => {
            showMultiview(false)
            openDialog('addOutput')
          }),
          inStudio('guests', guests.open, () => openPane('guests')),
          inStudio('docks', docks.open, () => {
            showMultiview(false)
            showDocks(true)
          }),
        ]
      : []),
  ]
}

const action = (id: string, text: string, run: () => void): PaletteEntry => ({ id, text, sort: t.action, run })

function scenesOf({ open, program, toStudio }: ShownShow): readonly PaletteEntry[] {
  return open.collection.scenes.map((scene) => ({
    id: `scene ${scene.id}`,
    text: scene.name,
    sort: program.studioMode ? t.prepareScene : t.putSceneOnAir,
    run: () => {
      toStudio()
      chooseScene(scene.id, program)
    },
  }))
}

/** Items of the scenes that are shown, which can be selected, and all other sources by their properties. */
function sourcesOf({ open, program, toStudio }: ShownShow): readonly PaletteEntry[] {
  const { scenes, canvases, sources } = open.collection
  const shown = new Set(program.canvases.flatMap((each) => [each.program, each.preview]))
  const listed = new Set<string>()
  const items = scenes
    .filter(({ id, canvas }) => shown.has(id) && canvas === canvases[0]?.id)
    .flatMap((scene) =>
      layersOf(scene).map(({ item }): PaletteEntry => {
        if ('source' in item) listed.add(item.source)
        return {
          id: `item ${item.id}`,
          text: nameOf(item, open.collection),
          sort: t.sourceOf(scene.name),
          run: () => {
            toStudio()
            select([item.id])
            showItemPanel()
          },
        }
      }),
    )
  const others = sources
    .filter(({ id }) => !listed.has(id))
    .map(
      ({ id, name }): PaletteEntry => ({
        id: `source ${id}`,
        text: name,
        sort: t.source,
        run: () => {
          toStudio()
          select([])
          showSourcePanel(id)
        },
      }),
    )
  return [...items, ...others]
}

/** Going live and ending, recording, and what each output can do now. */
function outputsOf({ open, reports, toStudio }: ShownShow): readonly PaletteEntry[] {
  const { outputs } = open.collection
  const live = outputs.filter((output) => isLiveOutput(output) && isOn(output))
  return [
    ...(live.length === 0
      ? [
          action('goLive', studio.goLive.title, () => {
            toStudio()
            openDialog('goLive')
          }),
        ]
      : [action('endLive', studio.outputs.endAction, () => void endLive(outputs))]),
    ...outputs.flatMap((output) => outputEntries(output, reports[output.id])),
  ]
}

function outputEntries(output: Output, report: OutputReport | undefined): readonly PaletteEntry[] {
  const { id, kind, name, settings } = output
  const texts = studio.outputs
  if (!isOn(output)) {
    const text = kind === 'recording' ? `${texts.record}: ${name}` : texts.start(name)
    return [action(`start ${id}`, text, () => void startOutput(id))]
  }
  const command = (what: string, text: string): PaletteEntry => action(`${what} ${id}`, text, () => void commandOutput(id, what))
  const state = report?.state
  const chapter = action(`chapter ${id}`, texts.chapter(name), () => void addChapter(id))
  return [
    action(`stop ${id}`, texts.stop(name), () => void endOutput(output)),
    ...(state === 'retrying' && isLiveOutput(output) ? [command('retry', texts.retry(name))] : []),
    ...(kind === 'recording' && state === 'live'
      ? [command('pause', texts.pauseOf(name)), command('split', texts.split(name)), chapter]
      : []),
    ...(kind === 'recording' && state === 'paused' ? [command('resume', texts.resumeOf(name))] : []),
    ...(kind === 'replay' && state === 'live' ? [action(`replay ${id}`, texts.saveReplayOf(name), () => void saveReplay(id))] : []),
    ...(kind === 'host' && state === 'live' && typeof settings.stream === 'string'
      ? [action(`clip ${id}`, `${texts.clip}: ${texts.clipHelp(clipSeconds)}`, () => void clipLast(String(settings.stream)))]
      : []),
  ]
}

function muteOf({ id, name, audio }: Collection['sources'][number]): readonly PaletteEntry[] {
  if (audio === undefined) return []
  const { muted } = audio
  const text = muted ? studio.mixer.unmute(name) : studio.mixer.mute(name)
  return [action(`mute ${id}`, text, () => change(`sources/${id}`, { audio: { muted: !muted } }))]
}
