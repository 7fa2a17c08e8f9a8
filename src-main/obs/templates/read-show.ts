import {
  type ObsBlend,
  type ObsBoundsType,
  type ObsShow,
  type ObsShowInput,
  type ObsShowItem,
  obsBoundsTypes,
} from '../../media/obs-show/obs-show.ts'
import { numberOf, textOf } from '../connection/said.ts'
import type { ObsSession } from '../instances/obs-session.ts'
import type { ObsItem } from '../schemas/mirror.ts'
import { type LiveShow, readLiveShow } from './live-show.ts'

/** Everything that an OBS shows, as a show that can be written as a file. Rejects with `obs.*`. */
export async function readShow(session: ObsSession): Promise<ObsShow> {
  const live = await readLiveShow(session, () => () => true)
  const transition = await session.call('GetCurrentSceneTransition')
  return {
    name: live.collection,
    width: live.width,
    height: live.height,
    scenes: scenesOf(live, live.sceneNames),
    groups: scenesOf(live, live.groupNames),
    inputs: [...live.inputs.values()].map((input): ObsShowInput => {
      const { name, kind, settings, filters, audio } = input
      const device = live.devices.input.includes(name) ? 'input' : live.devices.output.includes(name) ? 'output' : undefined
      return { name, kind, settings, filters, ...(audio !== null && { audio }), ...(device !== undefined && { device }) }
    }),
    transitions: [],
    transition: textOf(transition?.transitionName),
    transitionMs: Math.round(numberOf(transition?.transitionDuration, 300)),
    program: live.program,
  }
}

const scenesOf = ({ scenes }: LiveShow, names: readonly string[]): ObsShow['scenes'] =>
  names.flatMap((name) => {
    const scene = scenes.get(name)
    return scene === undefined ? [] : { name, items: scene.items.map(itemOf), filters: scene.filters }
  })

function itemOf({ source, enabled, locked, blendMode, transform }: ObsItem): ObsShowItem {
  const { width: _w, height: _h, sourceWidth: _sw, sourceHeight: _sh, boundsType, ...placement } = transform
  const type = obsBoundsTypes.find((each) => each === boundsType) ?? ('OBS_BOUNDS_NONE' satisfies ObsBoundsType)
  const blend = blendMode.replace('OBS_BLEND_', '').toLowerCase() as ObsBlend
  return { source, enabled, locked, blend, placement: { ...placement, boundsType: type, cropToBounds: false } }
}
