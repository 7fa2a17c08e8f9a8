import { expect, it } from 'vitest'
import type { DisplayPlace } from '../../../media/desktop-displays.ts'
import type { Collection } from '../../document/collection.ts'
import { ShowDisplays } from './show-displays.ts'

const running = (name: string): DisplayPlace => ({ state: 'running', name, server: ':7', authority: `/displays/${name}/xauthority` })
const sources = (...devices: readonly string[]) =>
  [
    { kind: 'color', settings: {} },
    ...devices.map((device) => ({ kind: 'desktop-display', settings: { device } })),
  ] as unknown as Collection['sources']

it('reports where the displays of the show are, when that is different, and says which are shown', () => {
  const there: Record<string, DisplayPlace> = { a: running('a'), b: { state: 'stopped', name: 'b' } }
  const shown: string[][] = []
  const reported: (readonly string[])[] = []
  let change = (): void => undefined
  const displays: ShowDisplays = new ShowDisplays(
    {
      places: (ids) => Object.fromEntries(Object.entries(there).filter(([id]) => ids.has(id))),
      setShown: (ids) => shown.push([...ids]),
      onChange: (listener) => {
        change = listener
        return () => undefined
      },
    },
    () => reported.push(Object.entries(displays.places).map(([id, { state }]) => `${id} ${state}`)),
  )
  change()
  displays.follow(sources())
  displays.follow(sources('a', 'b', 'gone', 'a'))
  displays.follow(sources('a', 'b', 'gone'))
  change()
  there.b = running('b')
  change()
  delete there.a
  change()
  displays.follow(sources())
  change()
  expect(shown.at(-1)).toEqual([])
  expect(shown[0]).toEqual(['a', 'b', 'gone'])
  expect(reported).toEqual([['a running', 'b stopped'], ['a running', 'b running'], ['b running'], []])
})
