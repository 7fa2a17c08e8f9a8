import type { ObsValues } from './obs-values.ts'
import { clamp } from './obs-values.ts'

/** What becomes of a source: a kind of ours with its settings. */
export interface MappedSource {
  readonly kind: string
  readonly settings: Record<string, unknown>
  /** Filters that do what the source did itself, before its own. */
  readonly filters?: readonly { readonly name: string; readonly kind: string; readonly settings: Record<string, unknown> }[]
}

type Mapping = (settings: ObsValues, tell: (reason: string) => void) => MappedSource

const isFile = (address: string): boolean => !/^[a-z][a-z0-9+.-]*:\/\//i.test(address)

const image: Mapping = (settings) => ({ kind: 'image', settings: { file: settings.text('file') } })

const color: Mapping = (settings) => ({
  kind: 'color',
  settings: { color: settings.color('color', 0xffd1d1d1), width: settings.number('width', 0), height: settings.number('height', 0) },
})

const media: Mapping = (settings, tell) => {
  const loop = settings.flag('looping')
  if (!settings.flag('is_local_file', true)) {
    const address = settings.text('input')
    if (isFile(address)) return { kind: 'media', settings: { file: address, loop } }
    return { kind: 'stream', settings: { address, whenHidden: settings.flag('close_when_inactive') ? 'close' : 'run' } }
  }
  const restarts = settings.flag('restart_on_activate', true)
  const speed = settings.number('speed_percent', 100) / 100
  if (speed < 0.25 || speed > 4) tell(`plays at ${clamp(speed, 0.25, 4)} times its speed instead of ${speed}`)
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

const playlist: Mapping = (settings) => {
  const behavior = settings.text('playback_behavior', 'stop_restart')
  return {
    kind: 'playlist',
    settings: {
      items: settings
        .list('playlist')
        .map((each) => each.text('value'))
        .filter((file) => file !== '')
        .slice(0, 2000)
        .map((file) => ({ file, trimInMs: 0, trimOutMs: null })),
      loop: settings.flag('loop', true),
      shuffle: settings.flag('shuffle'),
      whenShown: behavior === 'stop_restart' ? 'restart' : 'resume',
      whenHidden: behavior === 'always_play' ? 'run' : 'pause',
    },
  }
}

const slideshow: Mapping = (settings, tell) => {
  const transition = settings.text('transition', 'fade')
  if (transition !== 'fade' && transition !== 'cut') tell(`its pictures fade instead of ${transition}`)
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

/** Both text sources: FreeType's of Linux and macOS, GDI+'s of Windows. */
const text: Mapping = (settings, tell) => {
  const font = settings.part('font')
  const gdi = settings.has('color') || settings.has('read_from_file') || settings.has('opacity')
  const flags = font.number('flags', 0)
  const fromFile = settings.flag(gdi ? 'read_from_file' : 'from_file')
  const first = gdi
    ? withOpacity(settings.color('color', 0xffffffff, false), settings.number('opacity', 100))
    : settings.color('color1', 0xffffffff)
  const second = gdi
    ? withOpacity(settings.color('gradient_color', 0xffffffff, false), settings.number('gradient_opacity', 100))
    : settings.color('color2', 0xffffffff)
  const graded = gdi ? settings.flag('gradient') : first !== second
  const outline = settings.flag('outline')
  const boxed = gdi && settings.number('bk_opacity', 0) > 0
  const log = settings.flag(gdi ? 'chatlog' : 'log_mode')
  if (settings.flag('vertical')) tell('its letters stand beside each other instead of under each other')
  if ((flags & 12) !== 0) tell('its letters are neither underlined nor struck out')
  const extents = settings.flag('extents')
  return {
    kind: 'text',
    settings: {
      from: fromFile ? 'file' : 'text',
      text: settings.text('text').slice(0, 65_536),
      file: settings.text(gdi ? 'file' : 'text_file'),
      font: font.text('face'),
      fontSize: clamp(font.number('size', 256), 4, 1000),
      fontWeight: (flags & 1) !== 0 || /bold/i.test(font.text('style')) ? 700 : 400,
      fontStyle: (flags & 2) !== 0 || /italic|oblique/i.test(font.text('style')) ? 'italic' : 'normal',
      color: first,
      ...(graded ? { gradient: { color: second, angle: gdi ? clamp(settings.number('gradient_dir', 90), -360, 360) : 90 } } : {}),
      ...(outline
        ? {
            outline: gdi
              ? {
                  color: withOpacity(settings.color('outline_color', 0xffffffff, false), settings.number('outline_opacity', 100)),
                  width: clamp(settings.number('outline_size', 2), 0, 100),
                }
              : { color: '#000000', width: 2 },
          }
        : {}),
      ...(settings.flag('drop_shadow') ? { shadow: { color: '#000000', x: 4, y: 4, blur: 0 } } : {}),
      ...(boxed
        ? {
            background: {
              color: withOpacity(settings.color('bk_color', 0xff000000, false), settings.number('bk_opacity', 0)),
              padding: 0,
              radius: 0,
            },
          }
        : {}),
      ...(log ? { lastLines: clamp(Math.round(settings.number(gdi ? 'chatlog_lines' : 'log_lines', 6)), 0, 1000) } : {}),
      align: ['left', 'center', 'right'].find((each) => each === settings.text('align')) ?? 'left',
      verticalAlign: { center: 'middle', bottom: 'bottom' }[settings.text('valign')] ?? 'top',
      ...(extents
        ? {
            width: clamp(Math.round(settings.number('extents_cx', 100)), 0, 8192),
            height: clamp(Math.round(settings.number('extents_cy', 100)), 0, 8192),
          }
        : { width: clamp(Math.round(settings.number('custom_width', 0)), 0, 8192) }),
      letters: { 1: 'upper', 2: 'lower' }[settings.number('transform', 0)] ?? 'as-written',
    },
  }
}

const browser: Mapping = (settings, tell) => {
  const local = settings.flag('is_local_file')
  const side = (name: string, usual: number): number => {
    const wanted = Math.round(settings.number(name, usual))
    const pixels = clamp(wanted, 16, 4096)
    if (pixels !== wanted) tell(`its ${name} is ${pixels} instead of ${wanted} pixels`)
    return pixels
  }
  if (!settings.flag('reroute_audio')) tell('its sound goes through the mixer, not straight to the speakers')
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

const display: Mapping = (settings, tell) => {
  const screen = settings.number('screen', settings.number('monitor', 0))
  if (screen !== 0 || settings.has('monitor_id') || settings.has('display_uuid')) tell('choose its display: OBS numbers them otherwise')
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

const portal: Mapping = (_settings, tell) => {
  tell('choose its display: the desktop’s permission is not carried')
  return { kind: 'display', settings: {} }
}

const window: Mapping = (settings, tell) => {
  const cursor = settings.flag('show_cursor', settings.flag('cursor', true))
  const [, title = '', className = ''] = settings.text('capture_window').split('\r\n')
  if (className !== '') {
    const escaped = className.replaceAll('%', '%25').replaceAll('/', '%2F')
    return { kind: 'window', settings: { device: `${escaped}/${title}`.slice(0, 4096), cursor } }
  }
  tell('choose its window')
  return { kind: 'window', settings: { cursor } }
}

const v4l2: Mapping = (settings) => ({ kind: 'v4l2-camera', settings: { device: settings.text('device_id') } })

const camera: Mapping = (_settings, tell) => {
  tell('choose its camera: this system names them otherwise')
  return { kind: 'camera', settings: {} }
}

const deviceOf = (settings: ObsValues, tell: (reason: string) => void, native: boolean): Record<string, unknown> => {
  const device = settings.text('device_id', 'default')
  if (device === 'default' || device === '') return { device: 'default' }
  if (native) return { device: device.replace(/\.monitor$/, '').slice(0, 512) }
  tell('choose its device: this system names them otherwise')
  return { device: 'default' }
}
const microphone =
  (native: boolean): Mapping =>
  (settings, tell) => ({ kind: 'microphone', settings: deviceOf(settings, tell, native) })
const speaker =
  (native: boolean): Mapping =>
  (settings, tell) => ({ kind: 'system-sound', settings: deviceOf(settings, tell, native) })

const application: Mapping = (settings, tell) => {
  const program = settings.text('window').split(':').at(-1) ?? ''
  if (program === '') tell('choose its application')
  return { kind: 'application-sound', settings: { device: (settings.text('TargetName') || program).slice(0, 512) } }
}

function withOpacity(color: string, percent: number): string {
  if (percent >= 100) return color
  return (
    color +
    Math.round(clamp(percent, 0, 100) * 2.55)
      .toString(16)
      .padStart(2, '0')
  )
}

/** By the id that OBS writes, without the version behind it. */
const mappings: Readonly<Record<string, Mapping>> = {
  image_source: image,
  color_source: color,
  ffmpeg_source: media,
  vlc_source: playlist,
  slideshow,
  text_ft2_source: text,
  text_gdiplus: text,
  browser_source: browser,
  xshm_input: display,
  monitor_capture: display,
  display_capture: display,
  screen_capture: display,
  'pipewire-desktop-capture-source': portal,
  'pipewire-screen-capture-source': portal,
  'pipewire-window-capture-source': (settings, tell) => ({ ...portal(settings, tell), kind: 'window' }),
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

/** A source of ours for one of OBS Studio; undefined where there is none. */
export function mapObsSource(id: string, settings: ObsValues, tell: (reason: string) => void): MappedSource | undefined {
  const known = id.replace(/_v\d+$/, '')
  return Object.hasOwn(mappings, known) ? mappings[known]?.(settings, tell) : undefined
}
