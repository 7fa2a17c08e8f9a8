import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { audioFilterKinds } from '../src-main/studio/document/kinds/audio-filter-kinds.ts'
import { filterKinds } from '../src-main/studio/document/kinds/filter-kinds.ts'
import { sourceKinds } from '../src-main/studio/document/kinds/source-kinds.ts'
import { transitionKinds } from '../src-main/studio/document/transition-kinds.ts'
import { settingHelp } from '../src-renderer/messages/es/setting-help.ts'
import { sourceProblems } from '../src-renderer/messages/es/source-problems.ts'
import { kindTitles, optionNames, settingNames } from '../src-renderer/messages/es/studio-kinds.ts'
import { sentenceTranslator } from '../src-renderer/messages/sentences.ts'
import { sentencesIn } from './sentences-in.ts'

interface Described {
  readonly anyOf?: readonly Described[]
  readonly const?: unknown
  readonly description?: string
  readonly items?: Described
  readonly properties?: Readonly<Record<string, Described>>
}

const kinds: readonly { readonly kind: string; readonly settings: unknown }[] = [
  ...sourceKinds,
  ...filterKinds,
  ...audioFilterKinds,
  ...transitionKinds,
]
const settings = new Set<string>()
const options = new Set<string>()
const helps = new Set<string>()

function walk({ anyOf, items, properties }: Described): void {
  for (const each of anyOf ?? []) {
    if (typeof each.const === 'string') options.add(each.const)
    else walk(each)
  }
  if (items !== undefined) walk(items)
  for (const [name, each] of Object.entries(properties ?? {})) {
    settings.add(name)
    if (each.description !== undefined) helps.add(each.description)
    walk(each)
  }
}
for (const each of kinds) walk(each.settings as Described)

/** Numbers, and names that are the same in every language. */
const universal = /^\d+$|^(?:freetype|gdi|h264|mjpeg|nv12|tcp|udp|url|yuyv422)$/

const faults = (table: Readonly<Record<string, string>>, used: Iterable<string>): string[] => {
  const wanted = new Set(used)
  return [
    ...[...wanted].filter((key) => !(key in table)).map((key) => `${key} is missing`),
    ...Object.keys(table)
      .filter((key) => !wanted.has(key))
      .map((key) => `${key} is unused`),
  ]
}

describe('what the host describes of kinds', () => {
  it('has a title in Spanish for each kind', () => {
    expect(
      faults(
        kindTitles,
        kinds.map(({ kind }) => kind),
      ),
    ).toEqual([])
  })

  it('has a name in Spanish for each setting, and none that no kind has', () => {
    expect(faults(settingNames, settings)).toEqual([])
  })

  it('has a name in Spanish for each choice that is a word', () => {
    expect(
      faults(
        optionNames,
        [...options].filter((each) => !universal.test(each)),
      ),
    ).toEqual([])
  })

  it('has help in Spanish for each setting that has some', () => {
    expect(faults(settingHelp, helps)).toEqual([])
  })
})

/** Sentences in the code of sources that nobody sees as their problem: errors inside of it, and labels. */
const unseen =
  /^(?:There is no source "\{\}"|The source \{\} takes no commands now|Immediate exit requested|Nobody wants it any more|\{\} is a number of pixels|\{\} bytes are missing at \{\}|\{\} expected at \{\})$/

/** Sentences that an addon says, and what is put behind one of them. */
const saidElsewhere: Readonly<Record<string, string>> = {
  'PipeWire does not run here': 'native/pipewire/remote.cc',
  'PipeWire does not answer: {}': 'native/pipewire/remote.cc',
  'PipeWire has ended': 'native/pipewire/remote.cc',
  'PipeWire is not connected': 'native/pipewire/pipewire-stream.cc',
  'start it for the user that runs the host: systemctl --user start pipewire wireplumber':
    'src-main/media/worker/capture/pipewire/pipewire-devices.ts',
}

describe('what sources report as wrong', () => {
  const files = globSync('src-main/{studio/{worker/{sources,engine},control/pages/overlays/data},media/worker/capture}/**/*.ts')
    .filter((file) => !/\.test\.ts$|testing/.test(file) && (!file.includes('/engine/') || file.endsWith('/active-sources.ts')))
    // Why a desktop may be no source.
    .concat('src-main/desktop/displays/displays-for-studio.ts')
  const elsewhere = Object.entries(saidElsewhere)
  const said = new Set([...files.flatMap((file) => [...sentencesIn(readFileSync(file, 'utf8'))]), ...elsewhere.map(([text]) => text)])

  it('is said by addons as it is listed here', () => {
    expect(elsewhere.filter(([text, file]) => !readFileSync(file, 'utf8').includes(text.replace('{}', '')))).toEqual([])
  })

  it('is in Spanish, sentence by sentence, and nothing is translated that no source says', () => {
    const known = Object.fromEntries(sourceProblems.map(([english, spanish]) => [english, spanish]))
    expect(said.size, 'sentences were found').toBeGreaterThan(120)
    expect(
      faults(
        known,
        [...said].filter((each) => !unseen.test(each)),
      ),
    ).toEqual([])
  })

  it('names in each translation what the sentence names', () => {
    const places = (spanish: string): readonly number[] => [...spanish.matchAll(/\{(\d)\}/g)].map(([, at]) => Number(at)).sort()
    const wrong = sourceProblems.filter(([english, spanish]) => {
      const count = english.split('{}').length - 1
      // A plural ending has no place of its own.
      return (
        places(spanish).some((at) => at < 1 || at > count) || new Set(places(spanish)).size < count - (english.includes('track{}') ? 1 : 0)
      )
    })
    expect(wrong).toEqual([])
  })

  it('is translated with what it names, also in parts and behind one another', () => {
    const inSpanish = sentenceTranslator(sourceProblems)
    const place = 'sources/desk/settings/audio: '
    expect(inSpanish(`${place}You may not hear the desktop "x"; ${place}The desktop is locked: open and unlock it first`)).toBe(
      `${place}No tienes permiso para oír el escritorio «x»; ${place}El escritorio está bloqueado: ábrelo y desbloquéalo primero`,
    )
    expect(inSpanish(`${place}There is no desktop "x" that you may see`)).toBe(`${place}No hay ningún escritorio «x» que puedas ver`)
    expect(inSpanish(`${place}something else`)).toBe(`${place}something else`)
    expect(inSpanish('/show/a.mp4 is missing: put it back, or choose another file')).toBe(
      'Falta /show/a.mp4: vuelve a ponerlo o elige otro archivo',
    )
    expect(inSpanish('It is away (x.example cannot be reached): trying again by itself')).toBe(
      'No está disponible (No se puede acceder a x.example): se reintenta automáticamente',
    )
    expect(inSpanish('No font for ß is installed. The text is too long to scroll: its end is cut off')).toBe(
      'No hay ninguna fuente instalada para ß. El texto es demasiado largo para desplazarlo: se corta el final',
    )
    expect(
      inSpanish('PipeWire does not run here; start it for the user that runs the host: systemctl --user start pipewire wireplumber'),
    ).toBe('PipeWire no se está ejecutando aquí; inícialo para el usuario del servidor: systemctl --user start pipewire wireplumber')
    expect(inSpanish('whatever a driver says')).toBe('whatever a driver says')
  })
})
