import type { MappedSource } from './mapped-source.ts'
import { mapObsText } from './obs-text.ts'
import type { ObsValues } from './obs-values.ts'
import { clamp } from './obs-values.ts'

/** `id`: as OBS writes it, with the version where it has one. */
type Mapping = (settings: ObsValues, note: (reason: string) => void, id: string) => MappedSource

const isFile = (address: string): boolean => !/^[a-z][a-z0-9+.-]*:\/\//i.test(address)

/** The path that a `file:` URL means; anything else as it is. */
function localPath(entry: string): string {
  if (!/^file:\/\//i.test(entry)) return entry
  const path = entry.replace(/^file:\/\/(?:localhost)?/i, '').replace(/^\/(?=[a-z]:[\\/])/i, '')
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/** Reports are read by more people than a URL's password is for. */
const withoutSecrets = (url: string): string => url.replace(/\/\/[^/@]*@/, '//***@').replace(/\?.*$/, '?***')

const image: Mapping = (settings) => ({ kind: 'image', settings: { file: settings.text('file') } })

/** Colours and sizes that OBS does not write differ by the version of the source. */
const color: Mapping = (settings, _tell, id) => {
  const first = !/_v\d+$/.test(id)
  const [usual, width, height] = first ? [0xffffffff, 400, 400] : [id.endsWith('_v2') ? 0xffffffff : 0xffd1d1d1, 1920, 1080]
  const side = (name: string, otherwise: number): number => clamp(Math.round(settings.number(name, otherwise)), 1, 8192)
  return {
    kind: 'color',
    settings: { color: settings.color('color', usual), width: side('width', width), height: side('height', height) },
  }
}

const media: Mapping = (settings, note) => {
  const loop = settings.flag('looping')
  if (!settings.flag('is_local_file', true)) {
    const address = settings.text('input')
    if (isFile(address)) return { kind: 'media', settings: { file: address, loop } }
    return { kind: 'stream', settings: { address, whenHidden: settings.flag('close_when_inactive') ? 'close' : 'run' } }
  }
  const restarts = settings.flag('restart_on_activate', true)
  const speed = settings.number('speed_percent', 100) / 100
  if (speed < 0.25 || speed > 4) note(`plays at ${clamp(speed, 0.25, 4)} times its speed instead of ${speed}`)
  return {
    kind: 'media',
    settings: {
      file: settings.text('local_file'),
      loop,
      speed: clamp(speed, 0.25, 4),
      whenShown: restarts ? 'restart' : 'resume',
      whenHidden: settings.flag('close_when_inactive') ? 'close' : restarts ? 'pause' : 'run',
      atEnd: settings.flag('clear_on_media_end', true) ? 'nothing' : 'last',
    },
  }
}

/** Protocols that sources of live streams take. */
const liveUrl = /^(?:rtmps?|srt|rtsps?|udp):\/\//i
const maxFiles = 2000

/** What VLC plays one after the other: files and, where it is the only entry, a live stream. */
const playlist: Mapping = (settings, note) => {
  const entries = settings
    .list('playlist')
    .map((each) => localPath(each.text('value')))
    .filter((entry) => entry !== '')
  const [only = ''] = entries
  if (settings.flag('subtitle_enable')) note('its subtitles are not shown: burn them into the file')
  if (settings.number('track', 1) > 1) note(`its audio track ${settings.number('track', 1)} is not chosen: a playlist plays the first one`)
  const behavior = settings.text('playback_behavior', 'stop_restart')
  if (entries.length === 1 && liveUrl.test(only)) {
    return { kind: 'stream', settings: { address: only, whenHidden: behavior === 'always_play' ? 'run' : 'close' } }
  }
  const played = entries.filter((entry) => isFile(entry) || /^https?:\/\//i.test(entry))
  for (const entry of entries.filter((each) => !played.includes(each))) {
    note(`${withoutSecrets(entry)} is left out: a playlist plays files and http(s) URLs; add a live stream source for it`)
  }
  if (played.length > maxFiles) note(`only the first ${maxFiles} of its ${played.length} entries are carried`)
  return {
    kind: 'playlist',
    settings: {
      items: played.slice(0, maxFiles).map((file) => ({ file, trimInMs: 0, trimOutMs: null })),
      loop: settings.flag('loop', true),
      shuffle: settings.flag('shuffle'),
      whenShown: behavior === 'stop_restart' ? 'restart' : 'resume',
      whenHidden: behavior === 'always_play' ? 'run' : 'pause',
    },
  }
}

const slideshow: Mapping = (settings, note) => {
  const transition = settings.text('transition', 'fade')
  if (transition !== 'fade' && transition !== 'cut') note(`its images fade instead of ${transition}`)
  const byHand = settings.text('slide_mode', 'mode_auto') === 'mode_manual'
  const behavior = settings.text('playback_behavior', 'always_play')
  return {
    kind: 'slideshow',
    settings: {
      files: settings
        .list('files')
        .map((each) => each.text('value'))
        .filter((file) => file !== '')
        .slice(0, 2000),
      intervalMs: byHand ? 0 : clamp(Math.round(settings.number('slide_time', 8000)), 100, 86_400_000),
      fadeMs: transition === 'cut' ? 0 : clamp(Math.round(settings.number('transition_speed', 700)), 0, 10_000),
      loop: settings.flag('loop', true),
      order: settings.flag('randomize') ? 'shuffle' : 'listed',
      whenHidden: behavior === 'stop_restart' ? 'restart' : behavior === 'pause_unpause' ? 'pause' : 'run',
    },
  }
}

const browser: Mapping = (settings, note) => {
  const local = settings.flag('is_local_file')
  const side = (name: string, usual: number): number => {
    const wanted = Math.round(settings.number(name, usual))
    const pixels = clamp(wanted, 16, 4096)
    if (pixels !== wanted) note(`its ${name} is ${pixels} instead of ${wanted} pixels`)
    return pixels
  }
  if (!settings.flag('reroute_audio')) note('its audio goes through the mixer, not straight to the speakers')
  return {
    kind: 'browser',
    settings: {
      ...(local ? { file: settings.text('local_file') } : { url: settings.text('url') }),
      width: side('width', 800),
      height: side('height', 600),
      frameRate: settings.flag('fps_custom') ? clamp(Math.round(settings.number('fps', 30)), 1, 60) : 30,
      ...(settings.has('css') ? { css: settings.text('css') } : {}),
      whenHidden: settings.flag('shutdown') ? 'close' : 'run',
      reloadWhenShown: settings.flag('restart_when_active'),
    },
  }
}

const display: Mapping = (settings, note) => {
  const screen = settings.number('screen', settings.number('monitor', 0))
  if (screen !== 0 || settings.has('monitor_id') || settings.has('display_uuid')) note('choose its display: OBS numbers them otherwise')
  const cut = {
    left: Math.max(0, Math.round(settings.number('cut_left', 0))),
    top: Math.max(0, Math.round(settings.number('cut_top', 0))),
    right: Math.max(0, Math.round(settings.number('cut_right', 0))),
    bottom: Math.max(0, Math.round(settings.number('cut_bot', 0))),
  }
  const cropped = Object.values(cut).some((each) => each > 0)
  const server = settings.flag('advanced') ? settings.text('server') : ''
  return {
    kind: 'display',
    settings: { cursor: settings.flag('show_cursor', settings.flag('capture_cursor', true)), ...(server === '' ? {} : { server }) },
    ...(cropped ? { filters: [{ name: 'Crop', kind: 'crop', settings: cut }] } : {}),
  }
}

const portal: Mapping = (_settings, note) => {
  note('choose its display: the desktop’s permission is not carried')
  return { kind: 'display', settings: {} }
}

const window: Mapping = (settings, note) => {
  const cursor = settings.flag('show_cursor', settings.flag('cursor', true))
  const [, title = '', className = ''] = settings.text('capture_window').split('\r\n')
  if (className !== '') {
    const escaped = className.replaceAll('%', '%25').replaceAll('/', '%2F')
    return { kind: 'window', settings: { device: `${escaped}/${title}`.slice(0, 4096), cursor } }
  }
  note('choose its window')
  return { kind: 'window', settings: { cursor } }
}

const v4l2: Mapping = (settings) => ({ kind: 'v4l2-camera', settings: { device: settings.text('device_id') } })

const camera: Mapping = (_settings, note) => {
  note('choose its camera: this system names them otherwise')
  return { kind: 'camera', settings: {} }
}

const deviceOf = (settings: ObsValues, note: (reason: string) => void, native: boolean): Record<string, unknown> => {
  const device = settings.text('device_id', 'default')
  if (device === 'default' || device === '') return { device: 'default' }
  if (native) return { device: device.replace(/\.monitor$/, '').slice(0, 512) }
  note('choose its device: this system names them otherwise')
  return { device: 'default' }
}
const microphone =
  (native: boolean): Mapping =>
  (settings, note) => ({ kind: 'microphone', settings: deviceOf(settings, note, native) })
const speaker =
  (native: boolean): Mapping =>
  (settings, note) => ({ kind: 'system-sound', settings: deviceOf(settings, note, native) })

const application: Mapping = (settings, note) => {
  const program = settings.text('window').split(':').at(-1) ?? ''
  if (program === '') note('choose its application')
  return { kind: 'application-sound', settings: { device: (settings.text('TargetName') || program).slice(0, 512) } }
}

/** By the id that OBS writes, without the version behind it. */
const mappings: Readonly<Record<string, Mapping>> = {
  image_source: image,
  color_source: color,
  ffmpeg_source: media,
  vlc_source: playlist,
  slideshow,
  text_ft2_source: mapObsText,
  text_gdiplus: mapObsText,
  browser_source: browser,
  xshm_input: display,
  monitor_capture: display,
  display_capture: display,
  screen_capture: display,
  'pipewire-desktop-capture-source': portal,
  'pipewire-screen-capture-source': portal,
  'pipewire-window-capture-source': (settings, note, id) => ({ ...portal(settings, note, id), kind: 'window' }),
  xcomposite_input: window,
  window_capture: window,
  game_capture: window,
  v4l2_input: v4l2,
  'pipewire-camera-source': camera,
  dshow_input: camera,
  av_capture_input: camera,
  macos_avcapture: camera,
  pulse_input_capture: microphone(true),
  alsa_input_capture: microphone(false),
  wasapi_input_capture: microphone(false),
  coreaudio_input_capture: microphone(false),
  pulse_output_capture: speaker(true),
  wasapi_output_capture: speaker(false),
  coreaudio_output_capture: speaker(false),
  wasapi_process_output_capture: application,
  sck_audio_capture: application,
}

/** A source of ours for one of OBS Studio; undefined for a kind that we lack. */
export function mapObsSource(id: string, settings: ObsValues, note: (reason: string) => void): MappedSource | undefined {
  const known = id.replace(/_v\d+$/, '')
  return Object.hasOwn(mappings, known) ? mappings[known]?.(settings, note, id) : undefined
}
