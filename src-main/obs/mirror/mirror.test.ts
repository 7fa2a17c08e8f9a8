import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { AppError } from '../../platform/errors.ts'
import { silentLogger } from '../../platform/telemetry/logger.ts'
import type { MirrorChange } from '../schemas/mirror.ts'
import { Mirror } from './mirror.ts'
import type { MirrorReader } from './mirror-reader.ts'

/** What a server that pretends to be OBS may answer: nothing of it may fill the memory of the host. */

type Answers = Readonly<Record<string, unknown>>

const scene = (name: string, items: readonly object[] = []): Answers => ({
  GetSceneList: { currentProgramSceneName: name, scenes: [{ sceneName: name, sceneIndex: 0 }] },
  GetSceneItemList: { sceneItems: items },
})
const items = (count: number, more: object = {}) =>
  Array.from({ length: count }, (_, index) => ({ sceneItemId: index, sceneItemIndex: index, sourceName: `source ${index}`, ...more }))

function mirrorOf(answers: Answers): { mirror: Mirror; changes: { change: MirrorChange; bytes: number }[]; faults: AppError[] } {
  const changes: { change: MirrorChange; bytes: number }[] = []
  const faults: AppError[] = []
  const connection = {
    batch: async (requests: readonly { request: string }[]) =>
      requests.map(({ request }) => ({
        request,
        ok: Object.hasOwn(answers, request),
        code: 100,
        comment: null,
        answer: answers[request],
      })),
  } as unknown as MirrorReader
  const mirror = new Mirror({
    obs: 'obs_1',
    revision: 0,
    connection,
    log: silentLogger,
    publish: (change, bytes) => changes.push({ change, bytes }),
    fail: (reason) => faults.push(reason),
  })
  return { mirror, changes, faults }
}

describe('a mirror', () => {
  it('announces what changes, and nothing once it is stopped', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const { mirror, changes } = mirrorOf(scene('one'))
    await mirror.load()
    const loaded = changes.length
    mirror.onEvent('CurrentProgramSceneChanged', { sceneName: 'two' }, 100)
    vi.advanceTimersByTime(60_000)
    expect(changes.length).toBe(loaded + 1)
    mirror.stop()
    mirror.onEvent('CurrentProgramSceneChanged', { sceneName: 'one' }, 100)
    vi.advanceTimersByTime(60_000)
    expect(changes.length).toBe(loaded + 1)
  })

  it('cuts long texts and long lists', async () => {
    const { mirror } = mirrorOf({
      ...scene('S'.repeat(5000), items(2, { inputKind: 'k'.repeat(5000) })),
      GetProfileList: { currentProfileName: 'p'.repeat(5000), profiles: Array(20_000).fill('p'.repeat(5000)) },
    })
    await mirror.load()
    const { program, profile, profiles, scenes } = mirror.read()
    expect([program, profile, scenes[0]?.name, scenes[0]?.items[0]?.kind].map((text) => text?.length)).toEqual([1000, 1000, 1000, 1000])
    expect(profiles).toHaveLength(10_000)
    expect(profiles.every((name) => name.length === 1000)).toBe(true)
    mirror.onEvent('CurrentProgramSceneChanged', { sceneName: 'x'.repeat(100_000) }, 100_000)
    expect(mirror.read().program).toHaveLength(1000)
  })

  it('announces a large change without its content', async () => {
    const { mirror, changes } = mirrorOf(scene('One', items(500)))
    await mirror.load()
    mirror.onEvent('SceneItemEnableStateChanged', { sceneName: 'One', sceneItemId: 3, sceneItemEnabled: false }, 100)
    expect(changes.at(-1)).toEqual({ change: { obs: 'obs_1', revision: 2, reset: true }, bytes: 0 })
    expect(mirror.read().scenes[0]?.items[3]?.enabled).toBe(false)
  })

  it('says how large a change is', async () => {
    const { mirror, changes } = mirrorOf(scene('One', items(5)))
    await mirror.load()
    mirror.onEvent('SceneItemEnableStateChanged', { sceneName: 'One', sceneItemId: 3, sceneItemEnabled: false }, 100)
    const { change, bytes } = changes.at(-1) as (typeof changes)[number]
    expect(change).toMatchObject({ revision: 2, scenes: [{ name: 'One' }] })
    expect(bytes).toBeGreaterThan(1000)
  })

  it('has names of files, and their paths apart', async () => {
    const { mirror, changes } = mirrorOf(scene('One'))
    await mirror.load()
    mirror.onEvent('RecordStateChanged', { outputActive: true, outputPath: '/home/jo/Videos/show.mkv' }, 100)
    mirror.onEvent('ReplayBufferSaved', { savedReplayPath: 'C:\\Users\\jo\\Replay.mp4' }, 100)
    expect(mirror.read().outputs).toMatchObject({ record: 'started', recordPath: 'show.mkv', replayPath: 'Replay.mp4' })
    expect(JSON.stringify([changes, mirror.read()])).not.toContain('jo')
    expect(mirror.files).toEqual({ record: '/home/jo/Videos/show.mkv', replay: 'C:\\Users\\jo\\Replay.mp4' })
  })

  it('ends where OBS lists too much at once', async () => {
    const { mirror } = mirrorOf({
      ...scene('One', items(10_000)),
      GetSceneList: { scenes: [1, 2, 3].map((number) => ({ sceneName: `Scene ${number}`, sceneIndex: number })) },
    })
    await expect(mirror.load()).rejects.toMatchObject({ code: 'obs.too_large' })
  })

  it('ends where OBS adds too much with time', async () => {
    const growing = mirrorOf({ ...scene('One', items(9990)), GetSourceFilterList: { filters: Array(10_000).fill({ filterName: 'x' }) } })
    await growing.mirror.load()
    const add = (filterName: string, filterIndex: number): void =>
      growing.mirror.onEvent('SourceFilterCreated', { sourceName: 'One', filterName, filterIndex }, 100)
    for (let number = 0; number < 30; number++) add('same name', 0)
    expect(growing.faults).toEqual([])
    for (let number = 0; number < 30; number++) add(`filter ${number}`, number)
    expect(growing.faults[0]).toMatchObject({ code: 'obs.too_large' })
  })
})
