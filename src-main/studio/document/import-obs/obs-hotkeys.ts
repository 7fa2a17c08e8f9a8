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
  /** An item of the scene by the name of what it shows (OBS until 29), or by its number there. */
  readonly item: (nameOrNumber: string) => { readonly id: string; readonly name: string } | undefined
}

/** The other of a pair, between which OBS goes back and forth by the keys that both have, and whether this is the first of the two. */
export function counterpartOf(binding: string): { readonly counterpart: string; readonly first: boolean } {
  if (binding === 'libobs.mute') return { counterpart: 'libobs.unmute', first: true }
  if (binding === 'libobs.unmute') return { counterpart: 'libobs.mute', first: false }
  const [, which, item] = sceneItem.exec(binding) ?? []
  if (which === undefined) return { counterpart: '', first: false }
  return { counterpart: `libobs.${which === 'show' ? 'hide' : 'show'}_scene_item.${item}`, first: which === 'show' }
}

const sceneItem = /^libobs\.(show|hide)_scene_item\.(.*)$/s

/** The action of ours for one that OBS binds keys to; undefined if we have no such action. `toggle`: its counterpart has the keys, too. */
export function actionOf(
  binding: string,
  toggle: boolean,
  { scene, source, item }: HotkeyOwner,
): { readonly name: string; readonly does: Record<string, unknown> } | undefined {
  if (scene !== undefined && binding === 'OBSBasic.SelectScene') return { name: 'Switch to', does: { do: 'switch', scene } }
  const [, which, of] = sceneItem.exec(binding) ?? []
  if (scene !== undefined && of !== undefined) {
    const shown = item(of)
    if (shown === undefined) return undefined
    const word = toggle ? 'Toggle' : which === 'show' ? 'Show' : 'Hide'
    return { name: `${word} ${shown.name} in`, does: { do: 'show', scene, item: shown.id, visible: toggle ? 'toggle' : which === 'show' } }
  }
  if (source === undefined) return undefined
  if (binding === 'libobs.mute' || binding === 'libobs.unmute') {
    const muted = binding === 'libobs.mute'
    const name = toggle ? 'Toggle mute of' : muted ? 'Mute' : 'Unmute'
    return { name, does: { do: 'mute', source, muted: toggle ? 'toggle' : muted } }
  }
  const command = { Play: 'play', Pause: 'pause', Stop: 'stop', Restart: 'restart', NextSlide: 'next', PreviousSlide: 'previous' }[
    binding.split('.')[1] ?? ''
  ]
  if (command === undefined || !/^(MediaSource|SlideShow)\./.test(binding)) return undefined
  return { name: command, does: { do: 'source-command', source, command } }
}
