import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { obsFile } from '../../../media/obs-show/obs-file.ts'
import type { ObsTarget } from '../../../media/obs-show/obs-show.ts'
import { studioKinds } from '../../control/studio-kinds.ts'
import { createCollectionCheck } from '../checks/collection-check.ts'
import type { Collection } from '../collection.ts'
import { readDocument } from '../files/read-document.ts'
import { importObs } from '../import-obs/import-obs.ts'
import { balanceOfPan, panOfBalance } from '../import-obs/obs-balance.ts'
import { actionFaults } from '../schemas/action-schemas.ts'
import { SecretSeals } from '../secrets/secret-seals.ts'
import { testBox } from '../testing/test-kinds.ts'
import { exportObs } from './export-obs.ts'
import { fileTarget } from './obs-kinds.ts'

const kinds = studioKinds
const reader = { kinds, check: createCollectionCheck({ kinds, actionFaults }), seals: new SecretSeals(testBox), rejection: () => undefined }
const read = (document: object): Collection => readDocument({ format: 'ami-streams/collection', version: 1, ...document }, reader)
const live: ObsTarget = { inputs: fileTarget('linux').inputs, title: 'OBS 29', cutsAtBounds: false, file: false }

/** What was exported, and the lines of the report. */
function exported(document: object, target: ObsTarget = fileTarget('linux')) {
  const { show, notes } = exportObs(read(document), target)
  return { show, lines: notes.map(({ place, reason }) => `${place}: ${reason}`) }
}

describe('a collection as a file for OBS', () => {
  it('is the same collection when it is imported again: places, settings, audio, filters', () => {
    const document = JSON.parse(readFileSync(new URL('../import-obs/fixtures/obs-29.json', import.meta.url), 'utf8'))
    const first = importObs(document, { name: 'Show' }, reader).collection
    const { show, notes } = exportObs(first, fileTarget('linux'))
    const again = importObs(obsFile(show), { name: 'Show' }, reader).collection
    const rounded = (value: unknown): unknown =>
      JSON.parse(JSON.stringify(value, (_key, each) => (typeof each === 'number' ? Math.round(each * 100) / 100 : each)))
    const items = ({ scenes }: Collection) => scenes.map(({ name, items: all }) => [name, all.map(({ id: _, ...item }) => item)])
    expect(rounded(items(again))).toEqual(rounded(items(first)))
    const sources = (collection: Collection) =>
      collection.sources
        .filter(({ id }) => !id.startsWith('mask'))
        .map(({ id, kind, settings, audio }) => ({
          id,
          kind,
          settings,
          audio: audio && { ...audio, filters: audio.filters.map(({ name, settings: set }) => [name, set]) },
        }))
        .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    expect(rounded(sources(again))).toEqual(rounded(sources(first)))
    // OBS keeps the image of a mask in the filter: a source is made for it each time.
    const filters = (collection: Collection) =>
      collection.sources
        .filter(({ id }) => !id.startsWith('mask'))
        .map(({ id, filters: all }) => [id, all.map(({ kind, settings: { source: _, ...settings } }) => [kind, settings])])
        .toSorted()
    expect(rounded(filters(again))).toEqual(rounded(filters(first)))
    expect(notes.map(({ place }) => place)).not.toContain('canvas')
  })

  it('into an OBS that runs leaves transitions out but the two that each has, and says so', () => {
    const transitions = [
      { id: 'cut', name: 'Cut', kind: 'cut' },
      { id: 'fade', name: 'Fade', kind: 'fade' },
      { id: 'slide', name: 'Slide', kind: 'slide' },
    ]
    const document = { scenes: [{ id: 'a', items: [] }], transitions }
    const about = (target?: ObsTarget) => exported(document, target).lines.filter((line) => line.includes('is left out'))
    expect(about(live)).toEqual(['transition "Slide": is left out: add it in OBS, which lets no program create transitions'])
    expect(about()).toEqual([])
  })

  it('names everything once, although scenes and sources of the studio may have the same names', () => {
    const { show } = exported({
      scenes: [
        { id: 'a', name: 'Camera', items: [{ source: 'c' }] },
        { id: 'b', name: 'Camera', items: [{ scene: 'a' }] },
      ],
      sources: [{ id: 'c', name: 'Camera', kind: 'color' }],
    })
    expect([...show.scenes, ...show.inputs].map(({ name }) => name)).toEqual(['Camera', 'Camera 2', 'Camera 3'])
    expect(show.scenes.map(({ items }) => items[0]?.source)).toEqual(['Camera 3', 'Camera'])
  })

  it('is scaled into another canvas, texts by their size, groups as scenes of their own', () => {
    const { show, lines } = exported(
      {
        canvases: [{ id: 'main', width: 1080, height: 1920 }],
        scenes: [
          {
            id: 'a',
            name: 'A',
            items: [
              { source: 't', position: { x: 100, y: 200 } },
              { source: 'c', position: { x: 0, y: 0 }, scale: 2 },
              { id: 'g', name: 'Both', position: { x: 540, y: 960 }, group: [{ source: 'c', position: { x: 54, y: 96 } }] },
            ],
          },
        ],
        sources: [
          {
            id: 't',
            name: 'Text',
            kind: 'text',
            settings: { text: 'ab', letters: 'upper', fontSize: 100, width: 500, height: 120, align: 'center' },
          },
          { id: 'c', name: 'Colour', kind: 'color', settings: { color: '#ff000080', width: 100, height: 50 } },
        ],
      },
      { ...live, canvas: { width: 1920, height: 1080 } },
    )
    const [text, color, group] = show.scenes[0]!.items.map(({ placement }) => placement)
    // 1080 of 1920 high: 0.5625 as large, in the middle of 1920.
    expect(text).toMatchObject({
      positionX: 656.25 + 56.25,
      positionY: 112.5,
      boundsType: 'OBS_BOUNDS_MAX_ONLY',
      boundsWidth: 281,
      boundsAlignment: 4,
    })
    expect(show.inputs[0]).toMatchObject({ settings: { text: 'AB', font: { size: 56 } } })
    expect(color).toMatchObject({ scaleX: 1.125, boundsType: 'OBS_BOUNDS_NONE' })
    expect(show.inputs[1]).toMatchObject({ settings: { color: 0x800000ff } })
    expect(group).toMatchObject({ positionX: 656.25 + 303.75, positionY: 540, scaleX: 1 })
    expect(show.scenes[1]).toMatchObject({ name: 'Both', items: [{ placement: { positionX: 30.375, positionY: 54, scaleX: 0.5625 } }] })
    expect(lines).toContain('scene "A", group "Both": is a scene of its own: programs create no groups in OBS')
    expect(lines.some((line) => line.startsWith('canvas: is 1080x1920'))).toBe(true)
  })

  it('reports what that OBS lacks, and leaves it out or takes what is next to it', () => {
    const document = {
      scenes: [
        {
          id: 'a',
          name: 'A',
          items: ['page', 'clock', 'guest', 'screen', 'list'].map((source) => ({
            source,
            opacity: source === 'screen' ? 0.5 : 1,
            bounds: { fit: 'cover', width: 100, height: 100 },
          })),
        },
      ],
      sources: [
        { id: 'page', name: 'Page', kind: 'browser', settings: { url: 'https://a.example/' } },
        { id: 'clock', name: 'Clock', kind: 'clock' },
        { id: 'guest', name: 'Guest', kind: 'guest' },
        { id: 'screen', name: 'Screen', kind: 'display' },
        { id: 'list', name: 'List', kind: 'playlist', settings: { items: [{ file: '/a.mp4' }, { file: '/b.mp4' }] } },
      ],
    }
    const debian = { ...live, inputs: live.inputs.filter((kind) => !/browser|vlc/.test(kind)), capturesGames: true }
    const { show, lines } = exported(document, debian)
    expect(show.inputs.map(({ name, kind }) => [name, kind])).toEqual([
      ['Guest', 'v4l2_input'],
      ['Screen', 'xshm_input'],
      ['List', 'ffmpeg_source'],
    ])
    for (const line of [
      'source "Page": is left out: OBS 29 has no browser source',
      'source "Clock": is left out: OBS has no clock. A browser source can show one',
      'source "Guest": is a camera: OBS has no guests. Choose a second camera, or a capture of the call',
      'source "Screen": shows the screen: OBS 29 has no game capture',
      'source "List": plays the first of its 2 files: OBS 29 has no playlists (the VLC source)',
      'scene "A", item "Screen": is shown whole in its frame: OBS 29 cannot cut off what exceeds it',
    ]) {
      expect(lines).toContain(line)
    }
    expect(lines.some((line) => line.startsWith('scene "A", item "Screen": is opaque'))).toBe(true)
    expect(show.scenes[0]!.items[1]!.placement.boundsType).toBe('OBS_BOUNDS_SCALE_INNER')
    const windows = exported(document, { ...fileTarget('windows'), capturesGames: true })
    expect(windows.show.inputs.find(({ name }) => name === 'Screen')?.kind).toBe('game_capture')
  })

  it('makes an input of its own for each opacity of what costs nothing', () => {
    const { show } = exported({
      scenes: [
        {
          id: 'a',
          name: 'A',
          items: [{ source: 'c', opacity: 0.25 }, { source: 'c', opacity: 0.25 }, { source: 'c' }, { source: 'i', opacity: 0.5 }],
        },
      ],
      sources: [
        { id: 'c', name: 'Colour', kind: 'color', settings: { color: '#00ff00' } },
        { id: 'i', name: 'Image', kind: 'image', settings: { file: '/a.png' } },
      ],
    })
    expect(show.scenes[0]!.items.map(({ source }) => source)).toEqual(['Colour (25 %)', 'Colour (25 %)', 'Colour', 'Image (50 %)'])
    expect(show.inputs.find(({ name }) => name === 'Colour (25 %)')?.settings.color).toBe(0x4000ff00)
    expect(show.inputs.find(({ name }) => name === 'Image (50 %)')?.filters).toMatchObject([
      { kind: 'color_filter_v2', settings: { opacity: 0.5 } },
    ])
  })
})

it.each([-1, -0.7281, -0.2, 0, 0.3, 1])('a pan of %f is the balance that is heard as it', (pan) => {
  const { balance, gainDb } = balanceOfPan(pan)
  expect(panOfBalance(balance).pan).toBeCloseTo(pan, 3)
  expect(panOfBalance(balance).gainDb).toBeCloseTo(gainDb)
})
