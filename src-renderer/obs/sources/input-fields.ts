import { type SettingField, type SettingOption, type SettingShape, type Settings, shapeOf, typedFields } from '../editing/setting-fields.ts'
import { type FieldName, t } from './messages.ts'
import { familyOf } from './source-kinds.ts'

/** A setting of a kind that is known: its key in OBS, and another label than that of its key where `:` follows. */
type Known = FieldName | `${string}:${FieldName}`

const crop = ['cut_top', 'cut_left', 'cut_right', 'cut_bot'] as const

/** Settings that matter, in their order, as they are set now: what has no effect at present is left out. */
const known: Readonly<Record<string, (all: Settings) => readonly Known[]>> = {
  alsa_input_capture: () => ['device_id'],
  ami_streams_source: () => ['share', 'port'],
  browser_source: (all) => [
    'is_local_file',
    all.is_local_file === true ? 'local_file' : 'url',
    'width',
    'height',
    'fps_custom',
    ...(all.fps_custom === true ? (['fps'] as const) : []),
    'css',
    'reroute_audio',
    'shutdown',
    'restart_when_active',
  ],
  color_source: () => ['color', 'width', 'height'],
  coreaudio_input_capture: () => ['device_id'],
  coreaudio_output_capture: () => ['device_id'],
  dshow_input: () => ['video_device_id', 'audio_device_id'],
  ffmpeg_source: (all) => [
    'is_local_file',
    ...(all.is_local_file === true
      ? (['local_file', 'looping', 'speed_percent', 'close_when_inactive'] as const)
      : (['input:networkUrl', 'input_format', 'buffering_mb', 'reconnect_delay_sec', 'seekable'] as const)),
    'restart_on_activate',
    'clear_on_media_end',
    'hw_decode',
  ],
  game_capture: (all) => ['capture_mode', ...(all.capture_mode === 'window' ? (['window', 'priority'] as const) : []), 'capture_cursor'],
  image_source: () => ['file', 'unload', 'linear_alpha'],
  monitor_capture: () => ['monitor_id', 'monitor', 'method', 'capture_cursor'],
  pulse_input_capture: () => ['device_id'],
  pulse_output_capture: () => ['device_id'],
  text_ft2_source: (all) => [
    'from_file',
    ...(all.from_file === true ? (['text_file', 'log_mode', 'log_lines'] as const) : (['text'] as const)),
    'font',
    'color1',
    'color2',
    'outline',
    'drop_shadow',
    'antialiasing',
    'custom_width',
    'word_wrap',
  ],
  text_gdiplus: (all) => [
    'read_from_file',
    all.read_from_file === true ? 'file:textFile' : 'text',
    'font',
    'color',
    'opacity',
    'align',
    'valign',
    'bk_color',
    'bk_opacity',
    'outline',
    ...(all.outline === true ? (['outline_size', 'outline_color'] as const) : []),
  ],
  v4l2_input: () => ['device_id', 'input', 'pixelformat', 'standard', 'resolution', 'framerate', 'color_range', 'buffering', 'auto_reset'],
  wasapi_input_capture: () => ['device_id'],
  wasapi_output_capture: () => ['device_id'],
  window_capture: () => ['window', 'method', 'priority', 'cursor', 'compatibility', 'capture_audio'],
  xcomposite_input: () => ['capture_window', 'show_cursor', 'include_border', 'exclude_alpha', ...crop],
  xshm_input: () => ['screen', 'show_cursor', ...crop],
}

/** Of settings that OBS has no default for. */
const shapes: Readonly<Record<string, SettingShape>> = {
  file: 'text',
  input: 'text',
  input_format: 'text',
  local_file: 'text',
  text: 'lines',
  text_file: 'text',
  url: 'text',
  drop_shadow: 'switch',
  from_file: 'switch',
  linear_alpha: 'switch',
  log_mode: 'switch',
  looping: 'switch',
  outline: 'switch',
  unload: 'switch',
  word_wrap: 'switch',
  custom_width: 'number',
}

const keyOf = (entry: Known): string => entry.split(':')[0]!
const labelOf = (entry: Known): string => t.fields[(entry.split(':')[1] ?? entry) as FieldName]

/** Kinds have the names that whoever speaks as OBS gives them. */
function knownOf(kind: string, all: Settings): readonly Known[] | undefined {
  const family = familyOf(kind)
  return Object.hasOwn(known, family) ? known[family]?.(all) : undefined
}

/** The settings of an input as fields: of a kind that is known in their order and by names for people, else by the type of their values. */
export function inputFields(kind: string, all: Settings, lists: ReadonlyMap<string, readonly SettingOption[]>): readonly SettingField[] {
  const entries = knownOf(kind, all)
  if (entries === undefined) return typedFields(all, lists)
  return entries.flatMap((entry) => {
    const key = keyOf(entry)
    const options = lists.get(key)
    const value = all[key]
    const shape = options === undefined ? (shapeOf(key, value) ?? shapes[key]) : 'list'
    return shape === undefined ? [] : [{ key, label: labelOf(entry), shape, value, ...(options && { options }) }]
  })
}

const maxAsked = 40

/** Keys of settings for which OBS may have a list. */
export function listKeys(kind: string, all: Settings): readonly string[] {
  const entries = knownOf(kind, all)?.map(keyOf) ?? Object.keys(all)
  return entries.filter((key) => !['switch', 'color', 'lines', 'font'].includes(shapeOf(key, all[key]) ?? '')).slice(0, maxAsked)
}

/** What OBS answered as a list of a setting; undefined for anything else. */
export function optionsOf(answer: Settings | null | undefined): readonly SettingOption[] | undefined {
  const items: unknown = answer?.propertyItems
  if (!Array.isArray(items)) return undefined
  return items.flatMap((item: unknown) => {
    const { itemName, itemValue, itemEnabled } = Object(item) as Settings
    if (itemEnabled === false || !['string', 'number', 'boolean'].includes(typeof itemValue)) return []
    const value = itemValue as SettingOption['value']
    return [{ label: typeof itemName === 'string' && itemName !== '' ? itemName : String(value), value }]
  })
}
