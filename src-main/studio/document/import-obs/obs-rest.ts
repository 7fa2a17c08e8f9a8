import type { ImportReport } from './not-carried.ts'
import { chordsOf } from './obs-hotkeys.ts'
import type { ObsValues } from './obs-values.ts'

/** Modules of OBS whose data are looked at, or say nothing about a show. */
const knownModules = new Set([
  'scripts-tool',
  'auto-scene-switcher',
  'output-timer',
  'captions',
  'decklink_captions',
  'advanced-scene-switcher',
])

/** Reports what is beside scenes and sources, and has no place in a collection. */
export function reportTheRest(root: ObsValues, report: ImportReport): void {
  const modules = root.part('modules')
  reportModules(modules, report)
  reportOutputTimer(modules.part('output-timer'), report)
  reportCaptions(modules, report)
  reportVirtualCamera(root.part('virtual-camera'), report)
  if (root.list('saved_projectors').length > 0) report.add('projectors', 'are not carried')
  if (root.list('canvases').length > 0) report.add('canvases', 'scenes of further canvases are carried to the main one')
  for (const quick of root.list('quick_transitions')) {
    const hotkeys = chordsOf(quick.list('hotkeys'))
    if (hotkeys.length > 0) report.add(`quick transition "${quick.text('name')}"`, `the hotkey ${hotkeys.join(', ')} is not carried`)
  }
}

function reportModules(modules: ObsValues, report: ImportReport): void {
  const scripts = modules.list('scripts-tool').length
  if (scripts > 0) report.add('scripts', `${scripts === 1 ? 'a script is' : `${scripts} scripts are`} not carried: use the API`)
  const switcher = modules.part('auto-scene-switcher')
  const switches = switcher.list('switches').length
  if (switches > 0) {
    const was = switcher.flag('active') ? '' : 'was off, and '
    report.add('automatic scene switcher', `${was}is not carried: switch scenes by the API when the window in front changes`)
  }
  if (modules.has('advanced-scene-switcher')) report.add('advanced scene switcher', 'its macros are not carried: use macros or the API')
  for (const [name, data] of modules.entries()) {
    if (knownModules.has(name) || typeof data !== 'object' || data === null || Object.keys(data).length === 0) continue
    report.add(`plug-in "${name}"`, 'what it keeps in the scene collection is not carried')
  }
}

/** What OBS writes where nobody has opened its output timer. */
const untouchedSeconds = 30

/** Which stops streaming or recording after a while. There is nothing to stop yet: outputs are in the profile of OBS. */
function reportOutputTimer(timer: ObsValues, report: ImportReport): void {
  for (const [output, does, auto] of [
    ['stream', 'streaming', 'autoStartStreamTimer'],
    ['record', 'recording', 'autoStartRecordTimer'],
  ] as const) {
    const part = (unit: string): number => Math.max(0, Math.round(timer.number(`${output}Timer${unit}`, 0)))
    const seconds = (part('Hours') * 60 + part('Minutes')) * 60 + part('Seconds')
    const byItself = timer.flag(auto)
    if (!byItself && (seconds === 0 || seconds === untouchedSeconds)) continue
    // OBS takes a second where none is set.
    const ms = Math.max(seconds, 1) * 1000
    const waits = ms <= 600_000 ? `wait ${ms} ms` : `waits of ${ms} ms together, at most 600000 each`
    const when = byItself ? `stopped ${does} by itself` : `could stop ${does}`
    report.add('output timer', `${when} after ${spoken(seconds)}: make a macro of start-output, ${waits}, and stop-output for the output`)
  }
}

function reportCaptions(modules: ObsValues, report: ImportReport): void {
  const captions = modules.part('captions')
  if (captions.flag('enabled')) report.add('captions', `captions of the audio of "${captions.text('source')}" are not made`)
  const decklink = modules.part('decklink_captions').text('source')
  if (decklink !== '') report.add('captions', `captions of the DeckLink input "${decklink}" are not carried`)
}

/** OBS sends the program, what is prepared, one scene or one source. Until 29 it says so by `type` and `internal`, later by `type2`. */
function reportVirtualCamera(camera: ObsValues, report: ImportReport): void {
  const later = camera.number('type2', 0)
  const type = camera.number('type', 0)
  const preview = later === 4 || (later === 0 && type === 0 && camera.number('internal', 0) === 1)
  const shown = later !== 0 ? later : type
  const place = 'virtual camera'
  const remedy = 'add a canvas for it, and a virtual camera output of that canvas'
  if (preview) report.add(place, 'showed the preview; an output of the kind virtual-camera shows the program')
  else if (shown === 1) report.add(place, `showed the scene "${camera.text('scene')}" whatever is on air: ${remedy}`)
  else if (shown === 2) report.add(place, `showed the source "${camera.text('source')}" whatever is on air: ${remedy}`)
}

function spoken(seconds: number): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
}
