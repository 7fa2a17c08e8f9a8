import { expect, it } from 'vitest'
import { UndoStack } from './undo-stack.ts'

it('changes are undone the newest first, those that failed not at all', async () => {
  const done: string[] = []
  const say = (text: string) => async () => void done.push(text)
  const stack = new UndoStack()
  await stack.make('one', say('one'), say('not one'))
  await expect(stack.make('two', () => Promise.reject(new Error('no')), say('not two'))).rejects.toThrow('no')
  await stack.make('three', say('three'), say('not three'))
  expect(stack.newest()?.label).toBe('three')
  await stack.make('four', say('four'), say('not four'))
  // A second click while the first is carried out undoes the change before.
  await Promise.all([stack.undo(), stack.undo()])
  expect(stack.newest()?.label).toBe('one')
  await stack.undo()
  await stack.undo()
  expect(done).toEqual(['one', 'three', 'four', 'not four', 'not three', 'not one'])
})

it('a change that cannot be undone any more is dropped', async () => {
  const stack = new UndoStack()
  await stack.make(
    'gone',
    async () => undefined,
    () => Promise.reject(new Error('it is gone')),
  )
  await expect(stack.undo()).rejects.toThrow('it is gone')
  expect(stack.newest()).toBeUndefined()
})

it('changes are made one after the other, in their order, and undoing waits for them', async () => {
  const done: string[] = []
  const held = Promise.withResolvers<void>()
  const say = (text: string) => async () => void done.push(text)
  const stack = new UndoStack()
  const slow = async () => {
    await held.promise
    done.push('slow')
  }
  const made = [stack.make('slow', slow, say('not slow')), stack.make('quick', say('quick'), say('not quick'))]
  const undone = stack.undo()
  await Promise.resolve()
  expect(done).toEqual([])
  held.resolve()
  await Promise.all([...made, undone])
  expect(done).toEqual(['slow', 'quick', 'not quick'])
  expect(stack.newest()?.label).toBe('slow')
})
