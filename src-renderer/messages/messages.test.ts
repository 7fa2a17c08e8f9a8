import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { t as desktops } from '../desktops/messages.ts'
import { t as desktopSharing } from '../desktops/sharing/messages.ts'
import { t as healthPage } from '../health/messages.ts'
import { t as networkCloud } from '../network/cloud/messages.ts'
import { t as networkFleet } from '../network/fleet/messages.ts'
import { t as networkFunctions } from '../network/functions/messages.ts'
import { t as networkMachines } from '../network/machines/messages.ts'
import { t as network } from '../network/messages.ts'
import { t as obs } from '../obs/messages.ts'
import { t as obsSources } from '../obs/sources/messages.ts'
import { t as obsTemplates } from '../obs/templates/messages.ts'
import { t as studioDocks } from '../studio/browser-docks/messages.ts'
import { t as studioCanvas } from '../studio/canvas/messages.ts'
import { t as studioCanvasSettings } from '../studio/canvas-settings/messages.ts'
import { t as studioChannels } from '../studio/channels/messages.ts'

import { t as studioFilters } from '../studio/filters/messages.ts'
import { t as studioGuests } from '../studio/guests/messages.ts'
import { t as studioGuide } from '../studio/guide/messages.ts'
import { t as studioHistory } from '../studio/history/messages.ts'
import { t as studioInteract } from '../studio/interact/messages.ts'
import { t as studioMacros } from '../studio/macros/messages.ts'
import { t as studio } from '../studio/messages.ts'
import { t as studioMixer } from '../studio/mixer/messages.ts'
import { t as studioMultiview } from '../studio/multiview/messages.ts'
import { t as studioOverlays } from '../studio/overlays/messages.ts'
import { t as studioRecovery } from '../studio/recovery/messages.ts'
import { t as studioShows } from '../studio/shows/messages.ts'
import { t as studioTemplates } from '../studio/templates/messages.ts'
import { t as studioTransitions } from '../studio/transitions/messages.ts'
import { t as studioUploads } from '../studio/uploads/messages.ts'
import { t as studioProjectors } from '../studio/windows/messages.ts'
import { t as studioKinds } from './described.ts'
import { activity } from './en/activity.ts'
import { app } from './en/app.ts'
import { client } from './en/client.ts'
import { clips } from './en/clips.ts'
import { components } from './en/components.ts'
import { guest } from './en/guest.ts'
import { health } from './en/health.ts'
import { keys } from './en/keys.ts'
import { library } from './en/library.ts'
import { live } from './en/live.ts'
import { player } from './en/player.ts'
import { publish } from './en/publish.ts'
import { recording } from './en/recording.ts'
import { rules } from './en/rules.ts'
import { settings } from './en/settings.ts'
import { sources } from './en/sources.ts'
import { chooseLanguage, chooseLocale } from './language.ts'
import { languages } from './languages.ts'
import type { Messages } from './messages.ts'
import { pluralIn } from './plural.ts'

const sections: Omit<Messages, 'errors'> = {
  activity,
  app,
  client,
  clips,
  components,
  health,
  guest,
  keys,
  library,
  live,
  player,
  publish,
  recording,
  rules,
  settings,
  sources,
}
const english: Readonly<Record<string, object>> = {
  ...sections,
  healthPage,
  desktops,
  desktopSharing,
  network,
  networkFunctions,
  networkCloud,
  networkFleet,
  networkMachines,
  obs,
  obsSources,
  obsTemplates,
  studio,
  studioCanvas,
  studioChannels,
  studioCanvasSettings,
  studioDocks,
  studioFilters,
  studioGuests,
  studioGuide,
  studioHistory,
  studioInteract,
  studioKinds,
  studioMacros,
  studioMultiview,
  studioMixer,
  studioOverlays,
  studioRecovery,
  studioShows,
  studioTemplates,
  studioTransitions,
  studioUploads,
  studioProjectors,
}

/** A text by the keys that lead to it: a string, or a function that fills in parameters. */
type Leaf = readonly [path: string, text: string | ((...parameters: unknown[]) => string)]

function leavesOf(texts: unknown, path: string): Leaf[] {
  if (typeof texts === 'string' || typeof texts === 'function') return [[path, texts as Leaf[1]]]
  return Object.entries(texts as object).flatMap(([key, each]) => leavesOf(each, `${path}.${key}`))
}

/** Numbers that no text has by itself; every language writes them with the same digits. */
const values = [101, 202, 303, 404, 505]

/** A text with its parameters: numbers, or strings or lists where it treats them as such. */
function filledIn(text: Leaf[1]): string {
  if (typeof text === 'string') return text
  for (const parameters of [values, values.map(String), values.map((value) => [String(value)])]) {
    try {
      return String(text(...parameters))
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
    }
  }
  throw new Error(`no parameters for ${text}`)
}

/** What a language has other than English has it: missing and additional texts, and parameters that it leaves out. */
function faultsOf(tag: string, section: string, ours: unknown, theirs: unknown): string[] {
  const texts = new Map(leavesOf(theirs, section))
  const faults = leavesOf(ours, section).flatMap(([path, text]) => {
    const other = texts.get(path)
    texts.delete(path)
    if (other === undefined || typeof other !== typeof text) return [`${tag} ${path} is missing`]
    const [wanted, given] = [filledIn(text), filledIn(other)]
    if ((wanted === '') !== (given === '')) return [`${tag} ${path} is empty in one language only`]
    return values
      .filter((value) => wanted.includes(String(value)) !== given.includes(String(value)))
      .map((value) => `${tag} ${path} uses parameter ${values.indexOf(value) + 1} otherwise than English`)
  })
  return [...faults, ...[...texts.keys()].map((path) => `${tag} ${path} is not in English`)]
}

describe('the message files', () => {
  it.each(Object.entries(languages))(
    '%s has every text of the page, with the parameters of the English one',
    async (tag, { page: load }) => {
      const texts = await load()
      const faults = Object.entries(english).flatMap(([section, ours]) => faultsOf(tag, section, ours, texts(section, ours)))
      expect(faults).toEqual([])
    },
  )

  it('notices what a language lacks', () => {
    const ours = { a: 'One', b: { c: (name: string) => `Name ${name}`, d: 'Two' }, e: 'Three' }
    const theirs = { a: '', b: { c: (_name: string) => 'Nombre' }, e: 'Tres', f: 'Cuatro' }
    expect(faultsOf('es', 's', ours, theirs)).toEqual([
      'es s.a is empty in one language only',
      'es s.b.c uses parameter 1 otherwise than English',
      'es s.b.d is missing',
      'es s.f is not in English',
    ])
  })
})

describe('Spanish', () => {
  const verbs = 'abra|añada|cambie|compruebe|conecte|configure|dé|ejecute|elija|empiece|escriba|espere|guarde|instale|introduzca|pida'
  /** Imperatives of `usted`: where a sentence or a part of it starts, or with a pronoun. */
  const formal = new RegExp(
    `(?:['"\`] ?|[.:;] )(?:${verbs})(?![a-zñ])|[a-z]*(?:úzca|ríba|árde|ámbie|íja|ága|éje)l[oa]s?(?![a-z])|(?<![a-z])ustedes|(?<![a-z])usted`,
    'iu',
  )
  const formalIn = (text: string): string[] => text.split('\n').filter((line) => !/^\s*english:/.test(line) && formal.test(line))

  it('says tú', () => {
    const folder = join(import.meta.dirname, 'es')
    const found = readdirSync(folder).flatMap((name) =>
      formalIn(readFileSync(join(folder, name), 'utf8')).map((line) => [name, line.trim()]),
    )
    expect(found).toEqual([])
    expect(formalIn("'No hay cámara: conecte una'\n'Introdúzcala de nuevo'\n'Pide a quien lo use que lo introduzca'")).toHaveLength(2)
  })
})

describe('the language of the page', () => {
  it('is the first preferred one that there is, with or without its region, else English', () => {
    expect(chooseLanguage(['pt-BR', 'es-MX', 'en-US'], ['es'])).toBe('es')
    expect(chooseLanguage(['en-GB', 'es'], ['es'])).toBe('en')
    expect(chooseLanguage(['en-XA', 'es'], ['es', 'en-XA'])).toBe('en-XA')
    expect(chooseLanguage(['pt'], ['es'])).toBe('en')
    expect(chooseLanguage([], ['es'])).toBe('en')
  })

  it('writes numbers and dates as in the region that the browser prefers', () => {
    expect(chooseLocale('es', ['en-US', 'es-MX'])).toBe('es-MX')
    expect(chooseLocale('es', ['en-US'])).toBe('es')
  })

  it('has the plural forms of the language', () => {
    const viewers = { one: '# espectador', other: '# espectadores' }
    expect([0, 1, 2].map((count) => pluralIn('es')(count, viewers))).toEqual(['0 espectadores', '1 espectador', '2 espectadores'])
    expect(pluralIn('en')(12_345, { one: '# viewer', other: '# viewers' })).toBe('12,345 viewers')
  })
})
