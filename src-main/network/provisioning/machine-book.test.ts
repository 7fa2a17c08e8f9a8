import { expect, it } from 'vitest'
import { MachineBook } from './machine-book.ts'

const place = { host: 'edge.example', port: 22 }
const hostKey = { type: 'ssh-ed25519', key: 'AAAAC3NzaC1lZDI1NTE5AAAAIPQKwppuQ3la5JG1pEZ+6GJtgWWxI/dOLikSaM0h3+0w' }

it('a machine with a node is signed in to as the user who has set it up, whoever else tries', async () => {
  const store = { all: async () => [], save: async () => undefined, remove: async () => undefined }
  const book = await MachineBook.open(store, () => 1_000_000)
  await book.accept({ ...place, user: 'first' }, hostKey)
  await book.accept({ ...place, user: 'alex' }, hostKey)
  expect(book.find(place)?.user).toBe('alex')
  await book.setNode({ ...place, user: 'alex' }, 'node-1', 'hash')
  await book.accept({ ...place, user: 'root' }, hostKey)
  expect(book.find(place)).toMatchObject({ user: 'alex', nodeId: 'node-1' })
  await book.setNode({ ...place, user: 'root' }, 'node-1', 'hash')
  expect(book.find(place)?.user).toBe('root')
})
