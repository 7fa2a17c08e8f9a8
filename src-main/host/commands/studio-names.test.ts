import { expect, it } from 'vitest'
import { idOf } from './studio-names.ts'
import type { TypedClient } from './typed-client.ts'

const items = [
  { id: 'intro', name: 'Intro scene' },
  { id: 'talk', name: 'talk' },
  { id: 'one', name: 'Twin' },
  { id: 'two', name: 'twin' },
]
const client = { get: async () => ({ items }) } as unknown as TypedClient

it('takes ids, and names in whatever case where they leave no doubt; a typo is answered with what there is', async () => {
  expect(await idOf(client, 'scene', 'talk')).toBe('talk')
  expect(await idOf(client, 'scene', 'INTRO Scene')).toBe('intro')
  await expect(idOf(client, 'scene', 'twin')).rejects.toThrow('by its id, one ("Twin") or two ("twin")')
  await expect(idOf(client, 'output', 'tlak')).rejects.toThrow('has no output "tlak": there are intro ("Intro scene"), talk, one')
})
