import type { ObsValues } from './obs-values.ts'

const names: Readonly<Record<string, string>> = {
  RETURN: 'Enter',
  ESCAPE: 'Escape',
  SPACE: 'Space',
  TAB: 'Tab',
  BACKSPACE: 'Backspace',
  DELETE: 'Delete',
  INSERT: 'Insert',
  HOME: 'Home',
  END: 'End',
  PAGEUP: 'PageUp',
  PAGEDOWN: 'PageDown',
  LEFT: 'Left',
  RIGHT: 'Right',
  UP: 'Up',
  DOWN: 'Down',
  MINUS: '-',
  PLUS: 'Plus',
  EQUAL: '=',
  COMMA: ',',
  PERIOD: '.',
  SLASH: '/',
}

/** Key chords of one binding, as macros have them: `Ctrl+Shift+F1`. */
export function chordsOf(bindings: readonly ObsValues[]): readonly string[] {
  return bindings.flatMap((binding) => {
    const key = /^OBS_KEY_([A-Z0-9_]+)$/.exec(binding.text('key'))?.[1]
    if (key === undefined || key === 'NONE') return []
    const modifiers = [
      ['control', 'Ctrl'],
      ['alt', 'Alt'],
      ['shift', 'Shift'],
      ['command', 'Meta'],
    ].flatMap(([name, word]) => (binding.flag(name as string) ? [word as string] : []))
    const word = names[key] ?? key.replace(/^NUM(?=\d|[A-Z])/, 'Num')
    return [[...modifiers, word].join('+').slice(0, 60)]
  })
}

export interface HotkeyOwner {
  /** Its id, where it is a scene, or a source. */
  readonly scene: string | undefined
  readonly source: string | undefined
  /** The id of an item of the scene by the name of what it shows. */
  readonly itemId: (name: string) => string | undefined
}

/** The action of ours for one that OBS binds keys to; undefined where there is none. */
export function actionOf(
  binding: string,
  { scene, source, itemId }: HotkeyOwner,
): { readonly name: string; readonly does: Record<string, unknown> } | undefined {
  const item = /^libobs\.(show|hide)_scene_item\.(.*)$/s.exec(binding)
  if (scene !== undefined && binding === 'OBSBasic.SelectScene') return { name: 'Switch to', does: { do: 'switch', scene } }
  if (scene !== undefined && item !== null) {
    const id = itemId(item[2] ?? '')
    if (id === undefined) return undefined
    const visible = item[1] === 'show'
    return { name: `${visible ? 'Show' : 'Hide'} ${item[2]} in`, does: { do: 'show', scene, item: id, visible } }
  }
  if (source === undefined) return undefined
  if (binding === 'libobs.mute' || binding === 'libobs.unmute') {
    const muted = binding === 'libobs.mute'
    return { name: muted ? 'Mute' : 'Unmute', does: { do: 'mute', source, muted } }
  }
  const command = { Play: 'play', Pause: 'pause', Stop: 'stop', Restart: 'restart', NextSlide: 'next', PreviousSlide: 'previous' }[
    binding.split('.')[1] ?? ''
  ]
  if (command === undefined || !/^(MediaSource|SlideShow)\./.test(binding)) return undefined
  return { name: command, does: { do: 'source-command', source, command } }
}
