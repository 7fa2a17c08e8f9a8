import { isDeepStrictEqual } from 'node:util'
import Value from 'typebox/value'
import { obsColor } from '../../../formats/obs-websocket/obs-colors.ts'
import type { Source } from '../../document/collection.ts'
import { mapObsSource } from '../../document/import-obs/obs-sources.ts'
import { ObsValues } from '../../document/import-obs/obs-values.ts'
import { findSourceKind } from '../../document/kinds/source-kinds.ts'
import { hideSecretsOf } from '../../document/secrets/settings-secrets.ts'
import { isObsSourceKind, obsSourceKind } from './obs-kinds.ts'

export type Settings = Readonly<Record<string, unknown>>

/** Settings of ours as OBS's source of that kind has them. What OBS has no setting for is not among them. */
const writers: Readonly<Record<string, (own: Settings) => Settings>> = {
  image: ({ file }) => ({ file }),
  color: ({ color, width, height }) => ({ color: obsColor(color), width, height }),
  text: (own) => ({
    text: own.text,
    from_file: own.from === 'file',
    text_file: own.file,
    font: {
      face: own.font,
      size: own.fontSize,
      style: own.fontStyle === 'italic' ? 'Italic' : 'Regular',
      flags: (Number(own.fontWeight) >= 600 ? 1 : 0) | (own.fontStyle === 'italic' ? 2 : 0),
    },
    color1: obsColor(own.color),
    color2: obsColor((own.gradient as { color?: string } | null)?.color ?? own.color),
    outline: own.outline != null,
    drop_shadow: own.shadow != null,
    custom_width: own.width,
    word_wrap: own.width !== 0,
    log_mode: own.lastLines !== 0,
    ...(own.lastLines === 0 ? {} : { log_lines: own.lastLines }),
  }),
  media: (own) => ({
    is_local_file: !isUrl(own.file),
    local_file: isUrl(own.file) ? '' : own.file,
    input: isUrl(own.file) ? own.file : '',
    looping: own.loop,
    speed_percent: Math.round(Number(own.speed) * 100),
    restart_on_activate: own.whenShown === 'restart',
    close_when_inactive: own.whenHidden === 'close',
    clear_on_media_end: own.atEnd === 'nothing',
  }),
  playlist: (own) => ({
    playlist: (own.items as readonly { readonly file: string }[]).map(({ file }) => ({ value: file, hidden: false, selected: false })),
    loop: own.loop,
    shuffle: own.shuffle,
    playback_behavior: own.whenShown === 'restart' ? 'stop_restart' : own.whenHidden === 'run' ? 'always_play' : 'pause_unpause',
  }),
  slideshow: (own) => ({
    files: (own.files as readonly string[]).map((value) => ({ value, hidden: false, selected: false })),
    slide_time: own.intervalMs,
    slide_mode: own.intervalMs === 0 ? 'mode_manual' : 'mode_auto',
    transition: own.fadeMs === 0 ? 'cut' : 'fade',
    transition_speed: own.fadeMs,
    loop: own.loop,
    randomize: own.order === 'shuffle',
    playback_behavior: { run: 'always_play', pause: 'pause_unpause', restart: 'stop_restart' }[String(own.whenHidden)],
  }),
  browser: (own) => ({
    url: own.url,
    is_local_file: own.url === '' && own.file !== '',
    local_file: own.file,
    width: own.width,
    height: own.height,
    fps_custom: own.frameRate !== 30,
    fps: own.frameRate,
    css: own.css,
    shutdown: own.whenHidden === 'close',
    restart_when_active: own.reloadWhenShown,
    reroute_audio: true,
  }),
  display: ({ cursor }) => ({ show_cursor: cursor }),
  window: ({ device, cursor }) => ({ show_cursor: cursor, ...windowName(device) }),
  'v4l2-camera': ({ device }) => ({ device_id: device }),
  microphone: ({ device }) => ({ device_id: device }),
  'system-sound': ({ device }) => ({ device_id: device }),
}

const isUrl = (file: unknown): boolean => typeof file === 'string' && /^https?:\/\//i.test(file)

/** OBS names a window by its number, title and class. */
function windowName(device: unknown): Settings {
  const [name = '', ...title] = String(device ?? '').split('/')
  return name === '' ? {} : { capture_window: `0\r\n${title.join('/')}\r\n${name.replaceAll('%2F', '/').replaceAll('%25', '%')}` }
}

/** The settings of an input as clients see them: secrets are hidden. */
export function obsSettingsOf(source: Source): Settings {
  const { kind, settings: own } = hideSecretsOf(source, findSourceKind)
  const settings = withDefaults(kind, own)
  return writers[kind]?.(settings) ?? settings
}

/** What a new input of a kind starts with, in the words of the protocol; undefined for a kind that is not known. */
export function defaultObsSettings(obsKind: string): Settings | undefined {
  const made = ownSettings(obsKind, {})
  if (made === undefined) return undefined
  const settings = withDefaults(made.kind, made.settings)
  return writers[made.kind]?.(settings) ?? settings
}

/** A source of ours for an input that a client describes; undefined for a kind that is not known. Our own kinds go by their own names. */
export function ownSettings(obsKind: string, settings: Settings): { readonly kind: string; readonly settings: Settings } | undefined {
  if (findSourceKind(obsKind) !== undefined && !isObsSourceKind(obsKind)) return { kind: obsKind, settings }
  return mapObsSource(obsKind, new ObsValues(settings), () => undefined)
}

/**
 * What changes of a source's settings when a client sets some of an input. Only what means something else than before is changed: what OBS
 * has no setting for stays as it is. `overlay` false: everything else has its default.
 */
export function changedSettings(source: Source, sent: Settings, overlay: boolean): Settings {
  const { kind } = source
  if (!isObsSourceKind(kind)) return overlay ? sent : { ...withDefaults(kind, {}), ...sent }
  const obsKind = obsSourceKind(kind)
  const present = overlay ? obsSettingsOf(source) : (defaultObsSettings(obsKind) ?? {})
  const before = mapObsSource(obsKind, new ObsValues(obsSettingsOf(source)), () => undefined)?.settings ?? {}
  const after = mapObsSource(obsKind, new ObsValues({ ...present, ...sent }), () => undefined)?.settings ?? {}
  const known = findSourceKind(kind)?.settings as { readonly properties?: Settings } | undefined
  // One that became another kind (a media file that became a stream) keeps what both have.
  return Object.fromEntries(
    Object.entries(after).filter(([name, value]) => known?.properties?.[name] !== undefined && !isDeepStrictEqual(value, before[name])),
  )
}

function withDefaults(kind: string, settings: Settings): Settings {
  const schema = findSourceKind(kind)?.settings
  return schema === undefined ? settings : (Value.Default(schema, structuredClone(settings)) as Settings)
}
