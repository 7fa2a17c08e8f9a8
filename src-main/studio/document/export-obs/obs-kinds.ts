import type { ObsTarget } from '../../../media/obs-show/obs-show.ts'

/** Operating systems that OBS runs on. */
export type ObsSystem = 'linux' | 'windows' | 'macos'

const everywhere = ['color_source_v3', 'image_source', 'slideshow', 'ffmpeg_source', 'vlc_source', 'browser_source']

const kindsOf: Readonly<Record<ObsSystem, readonly string[]>> = {
  linux: ['text_ft2_source_v2', 'xshm_input', 'xcomposite_input', 'v4l2_input', 'pulse_input_capture', 'pulse_output_capture'],
  windows: [
    'text_gdiplus_v2',
    'monitor_capture',
    'window_capture',
    'game_capture',
    'dshow_input',
    'wasapi_input_capture',
    'wasapi_output_capture',
    'wasapi_process_output_capture',
  ],
  macos: ['text_ft2_source_v2', 'screen_capture', 'av_capture_input_v2', 'coreaudio_input_capture', 'coreaudio_output_capture'],
}
const titles: Readonly<Record<ObsSystem, string>> = { linux: 'OBS on Linux', windows: 'OBS on Windows', macos: 'OBS on macOS' }

/** A file for the OBS of that system as obsproject.com gives it out. */
export function fileTarget(system: ObsSystem): ObsTarget {
  return { inputs: [...everywhere, ...kindsOf[system]], title: titles[system], cutsAtBounds: true, file: true }
}

const versionOf = (kind: string): number => Number(/_v(\d+)$/.exec(kind)?.[1] ?? 1)

/** The first of these kinds that a target has, in its newest version. */
export function kindIn(target: ObsTarget, ...wanted: readonly string[]): string | undefined {
  for (const base of wanted) {
    const [newest] = target.inputs.filter((kind) => kind.replace(/_v\d+$/, '') === base).toSorted((a, b) => versionOf(b) - versionOf(a))
    if (newest !== undefined) return newest
  }
  return undefined
}
