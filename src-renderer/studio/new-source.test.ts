import { expect, it } from 'vitest'
import { audioOfDevice } from './new-source.ts'

it('hears a device where whoever adds it may, and says nothing of audio elsewhere', () => {
  const device = { kind: 'desktop-display', id: 'one', name: 'Desk' } as const
  expect([true, false].map((audible) => audioOfDevice({ ...device, details: { audible } }))).toEqual([{ audio: true }, { audio: false }])
  expect([audioOfDevice(device), audioOfDevice(undefined)]).toEqual([{}, {}])
})
