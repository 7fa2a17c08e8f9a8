import type { ImportReport } from './not-carried.ts'
import { chordsOf } from './obs-hotkeys.ts'
import type { ObsValues } from './obs-values.ts'

/** Tells of what stands beside scenes and sources, and has no place in a collection. */
export function tellTheRest(root: ObsValues, report: ImportReport): void {
  const modules = root.part('modules')
  if (modules.list('scripts-tool').length > 0) report.add('scripts', 'scripts are not carried: use the API')
  if (modules.part('auto-scene-switcher').list('switches').length > 0) report.add('automatic scene switcher', 'is not carried: use the API')
  if (modules.has('advanced-scene-switcher')) report.add('advanced scene switcher', 'its macros are not carried: use macros or the API')
  if (root.list('saved_projectors').length > 0) report.add('projectors', 'are not carried')
  if (root.list('canvases').length > 0) report.add('canvases', 'scenes of further canvases are carried to the main one')
  for (const quick of root.list('quick_transitions')) {
    const hotkeys = chordsOf(quick.list('hotkeys'))
    if (hotkeys.length > 0) report.add(`quick transition "${quick.text('name')}"`, `the hotkey ${hotkeys.join(', ')} is not carried`)
  }
}
