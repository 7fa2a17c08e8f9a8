import type { MenuEntry } from '../../components/context-menu.tsx'
import { editUndoably, tryEdit } from '../commands.ts'
import { addMacro } from '../new-macro.ts'
import { change } from '../show-store.ts'
import type { Collection, Edit, Source } from '../types.ts'
import { t } from './messages.ts'

/** A compressor that lowers music under a voice: as docs/studio-mixer.md has it. */
const ducking = { thresholdDb: -40, ratio: 8, attackMs: 20, releaseMs: 400 }

interface StripMenuOptions {
  readonly source: Source
  readonly document: Collection
  readonly onProperties: () => void
  /** Undefined where it is shown in a scene: there it is deleted. */
  readonly onRemove: (() => void) | undefined
}

/** What can be done with a source in the mixer: first of all, have it give way to another. */
export function stripEntries({ source, document, onProperties, onRemove }: StripMenuOptions): readonly (readonly MenuEntry[])[] {
  const filters = source.audio?.filters ?? []
  const list = `sources/${source.id}/audio-filters`
  const lower = ({ id, name }: Source): MenuEntry => {
    const steered = filters.filter(({ kind, settings }) => kind === 'compressor' && settings.key === id)
    if (steered.length > 0) {
      return {
        label: t.lowerNoMore(name),
        act: () => void tryEdit(steered.map((each): Edit => ({ do: 'remove', at: `${list}/${each.id}` }))),
      }
    }
    const value = { kind: 'compressor', name: t.lowerUnder(name), settings: { ...ducking, key: id } }
    return {
      label: t.lowerUnder(name),
      act: () => void editUndoably([{ do: 'add', to: list, value }], t.lowered(source.name, name)),
    }
  }
  const push = (how: 'talk' | 'mute'): MenuEntry => ({
    label: how === 'talk' ? t.pushToTalk : t.pushToMute,
    act: () => void addPushMacro(how, source, document),
  })
  return [
    document.sources.filter(({ id, audio }) => id !== source.id && audio !== undefined).map(lower),
    [push('talk'), push('mute')],
    [
      { label: t.properties, act: onProperties },
      { label: t.resetLevel, act: () => change(`sources/${source.id}`, { audio: { gainDb: 0, pan: 0 } }) },
    ],
    onRemove === undefined ? [] : [{ label: t.remove, act: onRemove }],
  ]
}

/** Makes a macro that is on for as long as its keys are pressed, and has them recorded. */
function addPushMacro(how: 'talk' | 'mute', { id, name }: Source, document: Collection): Promise<void> {
  const mute = (muted: boolean) => [{ do: 'mute', source: id, muted } as const]
  const macro = {
    name: how === 'talk' ? t.talkMacro(name) : t.muteMacro(name),
    actions: mute(how === 'mute'),
    released: mute(how === 'talk'),
  }
  return addMacro(macro, document, [{ do: 'change', at: `sources/${id}`, changes: { audio: { muted: how === 'talk' } } }])
}
