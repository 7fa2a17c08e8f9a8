import { ObsValues } from '../import-obs/obs-values.ts'
import type { ExportContext, MadeInput } from './made-input.ts'
import { meanColor, obsColor, opacityOf } from './obs-color.ts'
import { kindIn } from './obs-kinds.ts'
import { textToObs } from './text-to-obs.ts'

/** Undefined where it is left out, which the mapping reports. */
type Mapping = (settings: ObsValues, context: ExportContext) => MadeInput | undefined

/** An input of the first kind that the target has; reported as left out where it has none. */
function made(
  context: ExportContext,
  what: string,
  kinds: readonly string[],
  settings: (kind: string) => MadeInput['settings'],
): MadeInput | undefined {
  const kind = kindIn(context.target, ...kinds)
  if (kind !== undefined) return { kind, settings: settings(kind) }
  context.note(`is left out: ${context.target.title} has no ${what}`)
  return undefined
}

const leftOut =
  (why: string): Mapping =>
  (_settings, { note }) => {
    note(`is left out: ${why}`)
    return undefined
  }

const color: Mapping = (settings, context) => {
  const { canvas } = context
  const input = made(context, 'colour source', ['color_source'], () => ({
    color: obsColor(settings.text('color', '#000000')),
    width: settings.number('width', 0) || canvas.width,
    height: settings.number('height', 0) || canvas.height,
  }))
  return input && { ...input, cheap: true }
}

/** OBS draws no gradients: what lies evenly over an area becomes its mean colour, light that fades out is left out. */
const gradient: Mapping = (settings, context) => {
  const stops = settings.list('stops').map((stop) => stop.text('color', '#000000'))
  const shown = stops.length === 0 ? ['#202060', '#6020a0'] : stops
  if (shown.some((stop) => opacityOf(stop) < 0.5)) {
    context.note('is left out: OBS has no gradients. Show an image of it')
    return undefined
  }
  context.note('has one colour: OBS has no gradients. Show an image of it')
  const { canvas } = context
  const input = made(context, 'colour source', ['color_source'], () => ({
    color: obsColor(meanColor(shown)),
    width: settings.number('width', 0) || canvas.width,
    height: settings.number('height', 0) || canvas.height,
  }))
  return input && { ...input, cheap: true }
}

const image: Mapping = (settings, context) => {
  if (settings.number('width', 0) + settings.number('height', 0) > 0) context.note('has its own size: give its item bounds')
  const input = made(context, 'image source', ['image_source'], () => ({ file: settings.text('file') }))
  return input && { ...input, cheap: true }
}

const slideshow: Mapping = (settings, context) => {
  if (settings.text('folder') !== '') context.note('shows the files that are listed: add the folder in OBS')
  const intervalMs = settings.number('intervalMs', 5000)
  const fadeMs = settings.number('fadeMs', 500)
  return made(context, 'image slideshow', ['slideshow'], () => ({
    files: settings.texts('files').map((value) => ({ value, hidden: false, selected: false })),
    slide_mode: intervalMs === 0 ? 'mode_manual' : 'mode_auto',
    slide_time: intervalMs || 8000,
    transition: fadeMs === 0 ? 'cut' : 'fade',
    transition_speed: fadeMs,
    loop: settings.flag('loop', true),
    randomize: settings.text('order') === 'shuffle',
    playback_behavior:
      ({ pause: 'pause_unpause', restart: 'stop_restart' } as Record<string, string>)[settings.text('whenHidden')] ?? 'always_play',
  }))
}

const isUrl = (text: string): boolean => /^[a-z][a-z0-9+.-]*:\/\//i.test(text)

const media: Mapping = (settings, context) => {
  const file = settings.text('file')
  if (settings.number('trimInMs', 0) > 0 || settings.has('trimOutMs')) context.note('plays its whole file')
  if (settings.number('soundTrack', 1) > 1) context.note('plays the first audio track of its file')
  return made(context, 'media source', ['ffmpeg_source'], () => ({
    is_local_file: !isUrl(file),
    ...(isUrl(file) ? { input: file } : { local_file: file }),
    looping: settings.flag('loop'),
    speed_percent: Math.round(Math.min(2, settings.number('speed', 1)) * 100),
    restart_on_activate: settings.text('whenShown', 'restart') === 'restart',
    close_when_inactive: settings.text('whenHidden', 'pause') === 'close',
    clear_on_media_end: settings.text('atEnd', 'nothing') === 'nothing',
  }))
}

const playlist: Mapping = (settings, context) => {
  const files = settings.list('items').map((each) => each.text('file'))
  if (kindIn(context.target, 'vlc_source') !== undefined) {
    return made(context, 'VLC source', ['vlc_source'], () => ({
      playlist: files.map((value) => ({ value, hidden: false, selected: false })),
      loop: settings.flag('loop'),
      shuffle: settings.flag('shuffle'),
      playback_behavior:
        settings.text('whenHidden', 'pause') === 'run'
          ? 'always_play'
          : settings.text('whenShown', 'restart') === 'restart'
            ? 'stop_restart'
            : 'pause_unpause',
    }))
  }
  context.note(`plays the first of its ${files.length} files: ${context.target.title} has no playlists (the VLC source)`)
  return media(new ObsValues({ file: files[0] ?? '', loop: settings.flag('loop') }), context)
}

const stream: Mapping = (settings, context) => {
  const url = settings.text('address')
  if (settings.text('stream') !== '' || url === '') {
    context.note('is left out: in OBS, add a media source with the URL of that stream')
    return undefined
  }
  if (settings.text('password') !== '') context.note('asks for no password: write it into the URL in OBS')
  return made(context, 'media source', ['ffmpeg_source'], () => ({
    is_local_file: false,
    input: url,
    buffering_mb: 2,
    reconnect_delay_sec: 2,
    close_when_inactive: settings.text('whenHidden', 'run') === 'close',
    clear_on_media_end: settings.text('whileAway', 'nothing') === 'nothing',
  }))
}

const cameras = ['v4l2_input', 'dshow_input', 'macos-avcapture', 'av_capture_input'] as const

/** Where no device is named, the one that OBS has is left. */
const camera: Mapping = (settings, context) => {
  const device = settings.text('device')
  return made(context, 'camera', cameras, (kind) => {
    if (device.startsWith('/dev/') && kind.startsWith('v4l2_input')) return { device_id: device }
    if (device !== '' && device !== 'default') context.note('choose its camera: OBS names them otherwise')
    return {}
  })
}

const guest: Mapping = (settings, context) => {
  const input = camera(new ObsValues({}), context)
  if (input !== undefined) context.note('is a camera: OBS has no guests. Choose a second camera, or a capture of the call')
  return input && settings && input
}

const screens = [
  'xshm_input',
  'monitor_capture',
  'screen_capture',
  'display_capture',
  'pipewire-desktop-capture-source',
  'pipewire-screen-capture-source',
] as const

const display: Mapping = (settings, context) => {
  const { target, note } = context
  if (target.capturesGames === true) {
    const game = kindIn(target, 'game_capture')
    if (game !== undefined)
      return { kind: game, settings: { capture_mode: 'any_fullscreen', capture_cursor: settings.flag('cursor', true) } }
    note(`shows the screen: ${target.title} has no game capture`)
  }
  if (settings.text('device') !== '' && kindIn(target, ...screens)?.startsWith('xshm_input') !== true)
    note('choose its display: OBS names them otherwise')
  const server = settings.text('server')
  return made(context, 'screen capture', screens, (kind) => {
    const cursor = settings.flag('cursor', true)
    if (kind.startsWith('xshm_input')) return { show_cursor: cursor, ...(server === '' ? {} : { advanced: true, server }) }
    return kind.startsWith('monitor_capture') ? { capture_cursor: cursor } : { ShowCursor: cursor, show_cursor: cursor }
  })
}

const region: Mapping = (settings, context) => {
  const input = display(settings, context)
  if (input !== undefined) context.note('shows the whole screen: crop its item')
  return input
}

const window: Mapping = (settings, context) => {
  const game = context.target.capturesGames === true ? ['game_capture'] : []
  const [className = '', title = ''] = settings
    .text('device')
    .split(/\/(.*)/s)
    .map((each) => each.replaceAll('%2F', '/').replaceAll('%25', '%'))
  const kinds = [...game, 'xcomposite_input', 'window_capture', 'screen_capture', 'pipewire-window-capture-source']
  return made(context, 'window capture', kinds, (kind) => {
    const cursor = settings.flag('cursor', true)
    if (kind.startsWith('xcomposite_input') && className !== '')
      return { capture_window: `0\r\n${title}\r\n${className}`, show_cursor: cursor }
    context.note('choose its window: OBS names them otherwise')
    return { cursor, show_cursor: cursor }
  })
}

const browser: Mapping = (settings, context) => {
  const [url, file] = [settings.text('url'), settings.text('file')]
  const input = made(context, 'browser source', ['browser_source'], () => ({
    is_local_file: file !== '',
    ...(file === '' ? { url } : { local_file: file }),
    width: settings.number('width', 1280),
    height: settings.number('height', 720),
    fps_custom: true,
    fps: settings.number('frameRate', 30),
    ...(settings.has('css') ? { css: settings.text('css') } : {}),
    reroute_audio: settings.flag('sound', true),
    shutdown: settings.text('whenHidden', 'run') === 'close',
    restart_when_active: settings.flag('reloadWhenShown'),
  }))
  if (input !== undefined && url.startsWith('/')) context.note('write the name of this host before its URL')
  return input
}

/** A microphone or speaker; `native` kinds have the same names for them as ours. */
const audioDevice =
  (what: string, native: string, ...others: readonly string[]): Mapping =>
  (settings, context) =>
    made(context, what, [native, ...others], (kind) => {
      const device = settings.text('device', 'default')
      if (device === 'default') return { device_id: 'default' }
      if (kind.startsWith(native)) return { device_id: native.includes('output') ? `${device}.monitor` : device }
      context.note('choose its device: OBS names them otherwise')
      return {}
    })

const mappings: Readonly<Record<string, Mapping>> = {
  color,
  gradient,
  image,
  slideshow,
  text: textToObs,
  clock: leftOut('OBS has no clock. A browser source can show one'),
  timer: leftOut('OBS has no timer. A script or a browser source can show one'),
  'test-pattern': leftOut('OBS has no test pattern'),
  tone: leftOut('OBS has no test tone'),
  media,
  playlist,
  'image-sequence': leftOut('OBS plays no numbered images: make a film of them'),
  stream,
  guest,
  camera,
  'v4l2-camera': camera,
  display,
  region,
  window,
  'screen-cast': display,
  browser,
  microphone: audioDevice('audio input', 'pulse_input_capture', 'wasapi_input_capture', 'coreaudio_input_capture', 'alsa_input_capture'),
  'system-sound': audioDevice('desktop audio', 'pulse_output_capture', 'wasapi_output_capture', 'coreaudio_output_capture'),
  'application-sound': (settings, context) =>
    made(context, 'audio of applications', ['wasapi_process_output_capture'], () => {
      context.note('choose its application')
      return settings.text('device') === '' ? {} : { window: `::${settings.text('device')}` }
    }),
}

/** An input of OBS for a source of ours; undefined where it is left out, which is reported. */
export function sourceToObs(kind: string, settings: Readonly<Record<string, unknown>>, context: ExportContext): MadeInput | undefined {
  const mapping = Object.hasOwn(mappings, kind) ? mappings[kind] : undefined
  if (mapping !== undefined) return mapping(new ObsValues(settings), context)
  context.note(`is left out: OBS has no kind of source for ${kind}`)
  return undefined
}
