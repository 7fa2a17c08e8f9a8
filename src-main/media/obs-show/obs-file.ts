import { type ObsShow, type ObsShowFilter, type ObsShowInput, type ObsShowItem, type ObsShowScene, obsBoundsTypes } from './obs-show.ts'

/** Keys under which OBS keeps the audio devices that are in no scene. */
const deviceKeys = {
  output: ['DesktopAudioDevice1', 'DesktopAudioDevice2'],
  input: ['AuxAudioDevice1', 'AuxAudioDevice2', 'AuxAudioDevice3', 'AuxAudioDevice4'],
} as const

/** A show as the file of a scene collection that OBS Studio 28 and newer load. */
export function obsFile(show: ObsShow): Record<string, unknown> {
  const devices: Record<string, unknown> = {}
  const sources: unknown[] = []
  for (const input of show.inputs) {
    const key = input.device && deviceKeys[input.device].find((each) => devices[each] === undefined)
    if (key === undefined) sources.push(sourceOf(input))
    else devices[key] = sourceOf(input)
  }
  return {
    name: show.name,
    current_scene: show.program,
    current_program_scene: show.program,
    current_transition: show.transition,
    transition_duration: show.transitionMs,
    transitions: show.transitions
      .filter(({ kind }) => kind !== 'cut_transition' && kind !== 'fade_transition')
      .map(({ name, kind, settings }) => ({ id: kind, name, settings })),
    scene_order: show.scenes.map(({ name }) => ({ name })),
    groups: (show.groups ?? []).map((group) => ({ ...sceneOf(group), id: 'group', versioned_id: 'group' })),
    quick_transitions: [],
    saved_projectors: [],
    modules: {},
    resolution: { x: show.width, y: show.height },
    ...devices,
    sources: [...sources, ...show.scenes.map(sceneOf)],
  }
}

const unversioned = (kind: string): string => kind.replace(/_v\d+$/, '')

function entity(name: string, kind: string, settings: object, filters: readonly ObsShowFilter[]): Record<string, unknown> {
  return {
    name,
    id: unversioned(kind),
    versioned_id: kind,
    settings,
    enabled: true,
    filters: filters.map((filter) => ({ ...entity(filter.name, filter.kind, filter.settings, []), enabled: filter.enabled })),
    hotkeys: {},
    private_settings: {},
  }
}

const monitorings = ['none', 'monitor', 'monitor-and-output'] as const

function sourceOf({ name, kind, settings, filters, audio }: ObsShowInput): Record<string, unknown> {
  const source = entity(name, kind, settings, filters)
  if (audio === undefined) return source
  return {
    ...source,
    volume: audio.volume,
    muted: audio.muted,
    balance: audio.balance,
    // Nanoseconds.
    sync: audio.syncOffsetMs * 1_000_000,
    monitoring_type: monitorings.indexOf(audio.monitoring),
    mixers: audio.tracks.reduce((bits, track) => bits | (1 << (track - 1)), 0),
  }
}

function sceneOf({ name, items, filters }: ObsShowScene): Record<string, unknown> {
  const settings = { custom_size: false, id_counter: items.length, items: items.map((item, index) => itemOf(item, index + 1)) }
  return entity(name, 'scene', settings, filters)
}

function itemOf({ source, enabled, locked, blend, placement, nearest, plainBlending }: ObsShowItem, id: number): Record<string, unknown> {
  return {
    name: source,
    id,
    visible: enabled,
    locked,
    pos: { x: placement.positionX, y: placement.positionY },
    rot: placement.rotation,
    scale: { x: placement.scaleX, y: placement.scaleY },
    align: placement.alignment,
    bounds_type: obsBoundsTypes.indexOf(placement.boundsType),
    bounds_align: placement.boundsAlignment,
    bounds: { x: placement.boundsWidth, y: placement.boundsHeight },
    bounds_crop: placement.cropToBounds,
    crop_left: placement.cropLeft,
    crop_top: placement.cropTop,
    crop_right: placement.cropRight,
    crop_bottom: placement.cropBottom,
    scale_filter: nearest === true ? 'point' : 'disable',
    blend_type: blend,
    blend_method: plainBlending === true ? 'srgb_off' : 'default',
    group_item_backup: false,
    show_transition: { duration: 0 },
    hide_transition: { duration: 0 },
    private_settings: {},
  }
}
