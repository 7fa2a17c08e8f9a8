import { describe, expect, it } from 'vitest'
import type { Scene } from '../types.ts'
import { foldersOf, sceneRows } from './scene-folders.ts'

const scene = (id: string, folder?: string) => ({ id, name: id, ...(folder === undefined ? {} : { folder }) }) as Scene
const scenes = [scene('a'), scene('b', 'Games'), scene('c'), scene('d', 'Games'), scene('e', 'Talks')]
const names = (closed: readonly string[]) =>
  sceneRows(scenes, new Set(closed)).map((row) => ('scene' in row ? row.scene.id : `${row.folder} ${row.count}`))

describe('folders of scenes', () => {
  it('are listed where their first scene is, with all of theirs', () => {
    expect(names([])).toEqual(['a', 'Games 2', 'b', 'd', 'c', 'Talks 1', 'e'])
    expect(sceneRows(scenes, new Set())[3]).toMatchObject({ index: 3 })
    expect(foldersOf(scenes)).toEqual(['Games', 'Talks'])
  })

  it('hide their scenes while they are closed', () => {
    expect(names(['Games'])).toEqual(['a', 'Games 2', 'c', 'Talks 1', 'e'])
  })
})
