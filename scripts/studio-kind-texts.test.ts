import { describe, expect, it } from 'vitest'
import { audioFilterKinds } from '../src-main/studio/document/kinds/audio-filter-kinds.ts'
import { filterKinds } from '../src-main/studio/document/kinds/filter-kinds.ts'
import { sourceKinds } from '../src-main/studio/document/kinds/source-kinds.ts'
import { transitionKinds } from '../src-main/studio/document/transition-kinds.ts'
import { kindTitles, optionNames, settingNames } from '../src-renderer/messages/es/studio-kinds.ts'

interface Described {
  readonly anyOf?: readonly Described[]
  readonly const?: unknown
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

function walk({ anyOf, items, properties }: Described): void {
  for (const each of anyOf ?? []) {
    if (typeof each.const === 'string') options.add(each.const)
    else walk(each)
  }
  if (items !== undefined) walk(items)
  for (const [name, each] of Object.entries(properties ?? {})) {
    settings.add(name)
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
})
