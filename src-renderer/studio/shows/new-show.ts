import type { Item } from '../../../src-main/api/typed-api.ts'
import { call } from '../../client/api.ts'
import { listDevices } from '../forms/devices.ts'
import { t } from '../messages.ts'
import { addSourceEdits } from '../new-source.ts'
import { freeName } from '../places.ts'
import { edit, untilOpen } from '../show-store.ts'
import type { Device, Edit } from '../types.ts'

export type Listing = Item<'/studio/collections'>

export const listShows = async (): Promise<readonly Listing[]> => (await call('GET', '/studio/collections')).items

/** Opens a show; `force` ends what is live of the one before. Throws ApiError `studio.on_air`. */
export const openShow = (name: string, force = false): Promise<unknown> =>
  call('POST', `/studio/collections/${encodeURIComponent(name)}/open`, { body: force ? { force } : {} })

/** A name as the host takes it, that no other show has. */
export function showName(wanted: string, shows: readonly Listing[]): string {
  const usable = wanted
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^A-Za-z0-9 ._-]+/g, ' ')
    .replace(/^[^A-Za-z0-9]+/, '')
    .trim()
    .slice(0, 70)
    .trim()
  return freeName(usable || t.start.newName, shows)
}

/** Creates a show of a document, under a name like the wanted one; returns its name. */
export async function createShow(wanted: string, collection: Readonly<Record<string, unknown>>): Promise<string> {
  const name = showName(wanted, await listShows())
  await call('POST', '/studio/collections', { body: { name, collection } })
  return name
}

/** The transitions that a show starts with, by their names in the page's language. */
export const usualTransitions = (): readonly Readonly<Record<string, unknown>>[] => [
  { id: 'cut', name: t.start.cut, kind: 'cut', durationMs: 0 },
  { id: 'fade', name: t.start.fade, kind: 'fade', durationMs: 300 },
]

/** A show with one empty scene, a stream of this host and a recording; returns its name when it is open. */
export async function makeEmptyShow(force = false): Promise<string> {
  const name = freeName(t.start.newName, await listShows())
  const collection = {
    format: 'ami-streams/collection',
    version: 1,
    name,
    scenes: [{ id: 'scene-1', name: t.start.sceneName }],
    transitions: usualTransitions(),
    outputs: [
      { id: 'this-host', name: t.start.hostOutput, kind: 'host', settings: { stream: 'studio', title: name } },
      { id: 'recording', name: t.start.recording, kind: 'recording' },
    ],
  }
  await call('POST', '/studio/collections', { body: { name, collection } })
  await openShow(name, force)
  return name
}

/** Devices of a kind; none where this machine cannot list them. */
const devicesOf = (kind: string): Promise<readonly Device[]> => listDevices(kind).catch(() => [])

/** A show that shows something at once: the screen with the computer's audio, or a test pattern if there is no screen. */
export async function makeFirstShow(): Promise<void> {
  await makeEmptyShow()
  const document = await untilOpen()
  const [canvas] = document.canvases
  const [scene] = document.scenes
  if (canvas === undefined || scene === undefined) return
  const [displays, microphones, speakers] = await Promise.all(['display', 'microphone', 'speaker'].map(devicesOf))
  const [display] = displays ?? []
  const add = (kind: string, name: string, settings: Record<string, unknown>, hasVideo: boolean): readonly Edit[] =>
    addSourceEdits({ kind, name, settings, hasVideo }, document, scene.id, canvas)
  await edit(
    display === undefined
      ? add('test-pattern', t.start.testPattern, {}, true)
      : [
          ...add('display', t.start.screen, { device: display.id }, true),
          ...((speakers ?? []).length > 0 ? add('system-sound', t.start.desktopAudio, {}, false) : []),
          ...((microphones ?? []).length > 0 ? add('microphone', t.start.microphone, {}, false) : []),
        ],
  )
}
