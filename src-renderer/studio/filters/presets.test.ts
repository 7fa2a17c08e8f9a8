import { describe, expect, it } from 'vitest'
import { t } from './messages.ts'
import { audioChains, includedPresets } from './presets.ts'
import { readKept } from './saved-presets.ts'

describe('presets of filters', () => {
  it('have a name each', () => {
    for (const [kind, presets] of Object.entries(includedPresets)) {
      for (const id of Object.keys(presets)) expect(t.presetName(`${kind}/${id}`)).not.toBe(`${kind}/${id}`)
    }
    for (const key of Object.keys(audioChains)) expect(t.chainName(key)).not.toBe(key)
  })

  it('are taken from what a browser stored only where they are presets', () => {
    const good = { kind: 'gate', name: 'Mine', settings: { openDb: -30 } }
    expect(readKept(null)).toEqual([])
    expect(readKept('{')).toEqual([])
    expect(readKept('{"kind":"gate"}')).toEqual([])
    const bad = [null, 3, { kind: 'gate', name: 'x', settings: [] }, { kind: 1, name: 'x', settings: {} }]
    expect(readKept(JSON.stringify([good, ...bad]))).toEqual([good])
  })
})
