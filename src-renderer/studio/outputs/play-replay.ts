import { notify } from '../../components/toasts.tsx'
import { chooseScene, tryEdit } from '../commands.ts'
import { t } from '../messages.ts'
import { layoutOf } from '../new-source.ts'
import { freeId } from '../places.ts'
import { useShow } from '../show-store.ts'
import type { Edit } from '../types.ts'

/** Ids of what plays replays: the same each time, so that a show has one of them. */
const replayId = 'replay'

/**
 * Plays a file in the scene for replays, which is made where the show has none, and brings that scene on air; in studio mode into the
 * preview. The file is one step of the history. The scene that was on air is one click away.
 */
export async function playReplay(file: string, canvas: string): Promise<void> {
  const { open, program } = useShow.getState()
  if (open === null || program === null) return
  const document = open.collection
  const source = document.sources.find(({ id, kind }) => id === replayId && kind === 'media')
  const scene = document.scenes.find(
    (each) => each.canvas === canvas && each.items.some((item) => 'source' in item && item.source === (source?.id ?? replayId)),
  )
  const edits: Edit[] = []
  const id = source?.id ?? freeId(replayId, document.sources)
  if (source === undefined) {
    const settings = { file, whenShown: 'restart', atEnd: 'last' }
    edits.push({ do: 'add', to: 'sources', value: { id, name: t.outputs.replayName, kind: 'media', settings } })
  } else edits.push({ do: 'change', at: `sources/${id}`, changes: { settings: { file } } })
  const shown = document.canvases.find((each) => each.id === canvas)
  const sceneId = scene?.id ?? freeId(replayId, document.scenes)
  if (scene === undefined && shown !== undefined) {
    edits.push({
      do: 'add',
      to: 'scenes',
      value: { id: sceneId, name: t.outputs.replayName, canvas, items: [{ source: id, ...layoutOf('media', shown) }] },
    })
  }
  if ((await tryEdit(edits)) === undefined) return
  chooseScene(sceneId, program)
  const before = document.scenes.find((each) => each.id === program.canvases.find((on) => on.canvas === canvas)?.program)
  if (before === undefined || before.id === sceneId || program.studioMode) return
  notify(t.outputs.replayOnAir, () => chooseScene(before.id, program), t.outputs.backTo(before.name))
}
