import { describe, expect, it } from 'vitest'
import { schemaFaults } from '../src-main/platform/routes/schema-faults.ts'
import { audioFilterKinds } from '../src-main/studio/document/kinds/audio-filter-kinds.ts'
import { filterKinds } from '../src-main/studio/document/kinds/filter-kinds.ts'
import { audioChains, includedPresets } from '../src-renderer/studio/filters/presets.ts'

const kinds = [...filterKinds, ...audioFilterKinds]

describe('presets of filters that come with the page', () => {
  const included = Object.entries(includedPresets).flatMap(([kind, presets]) =>
    Object.entries(presets).map(([id, settings]) => [`${kind}/${id}`, kind, settings] as const),
  )

  it.each(included)('%s has settings that its kind takes', (_key, kind, settings) => {
    const schema = kinds.find((each) => each.kind === kind)!.settings
    const defaults = Object.fromEntries(
      Object.entries(schema.properties).map(([name, each]) => [name, (each as { default?: unknown }).default]),
    )
    expect(schemaFaults(schema, { ...defaults, ...settings }, '')).toEqual([])
  })

  it('makes chains of kinds that there are', () => {
    for (const filters of Object.values(audioChains)) {
      for (const { kind } of filters) expect(audioFilterKinds.map((each) => each.kind)).toContain(kind)
    }
  })
})
