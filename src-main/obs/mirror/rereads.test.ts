import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AppError } from '../../platform/errors.ts'
import { silentLogger } from '../../platform/telemetry/logger.ts'
import type { MirrorChange } from '../schemas/mirror.ts'
import { Mirror } from './mirror.ts'
import type { MirrorReader } from './mirror-reader.ts'

/** OBS sends each event from a thread of its own: in any order, also with the answers. What an OBS is, and what it says of it, are apart here. */

const settledMs = 600

interface Item {
  positionX: number
}

class PretendedObs {
  program = 'One'
  collection = 'First'
  /** By name, with the one item of each. */
  readonly scenes = new Map<string, Item>([['One', { positionX: 0 }]])
  readonly inputs = new Map<string, { volume: number; filters?: readonly string[] }>([['mic', { volume: 1 }]])
  recording = false
  streaming = false
  transitionCursor = 1
  /** Rejects with what this returns. */
  fault: () => AppError | undefined = () => undefined
  /** Answers are what OBS is when it is asked, and arrive once this has resolved. */
  arrival: Promise<void> = Promise.resolve()
  /** Requests of each message. */
  readonly asked: string[][] = []

  readonly connection = {
    batch: async (requests: readonly { request: string; data?: Record<string, unknown> }[]) => {
      this.asked.push(requests.map(({ request }) => request))
      const fault = this.fault()
      if (fault !== undefined) throw fault
      const answers = requests.map(({ request, data = {} }) => {
        const answer = this.#answer(request, data)
        return { request, ok: answer !== undefined, code: answer === undefined ? 600 : 100, comment: null, answer: answer ?? null }
      })
      await this.arrival
      return answers
    },
  } as unknown as MirrorReader

  asksFor(request: string): number {
    return this.asked.filter((requests) => requests.includes(request)).length
  }

  #answer(request: string, { sceneName, inputName, sourceName }: Record<string, unknown>): Record<string, unknown> | undefined {
    const scene = this.scenes.get(String(sceneName))
    const input = this.inputs.get(String(inputName))
    const source = String(sourceName)
    switch (request) {
      case 'GetSceneList':
        return {
          currentProgramSceneName: this.program,
          scenes: [...this.scenes.keys()].map((name, index) => ({ sceneName: name, sceneIndex: index })),
        }
      case 'GetInputList':
        return { inputs: [...this.inputs.keys()].map((name) => ({ inputName: name, inputKind: 'pulse_input_capture' })) }
      case 'GetSceneItemList':
        return scene && { sceneItems: [{ sceneItemId: 1, sceneItemIndex: 0, sourceName: 'mic', sceneItemTransform: { ...scene } }] }
      case 'GetSourceFilterList':
        return this.scenes.has(source) || this.inputs.has(source)
          ? { filters: (this.inputs.get(source)?.filters ?? []).map((filterName, filterIndex) => ({ filterName, filterIndex })) }
          : undefined
      case 'GetSourceActive':
        return this.inputs.has(source) ? { videoActive: false, videoShowing: false } : undefined
      case 'GetInputMute':
        return input && { inputMuted: false }
      case 'GetInputVolume':
        return input && { inputVolumeDb: 0, inputVolumeMul: input.volume }
      case 'GetRecordStatus':
        return { outputActive: this.recording }
      case 'GetStreamStatus':
        return { outputActive: this.streaming }
      case 'GetSceneCollectionList':
        return { currentSceneCollectionName: this.collection, sceneCollections: ['First', 'Second'] }
      case 'GetCurrentSceneTransitionCursor':
        return { transitionCursor: this.transitionCursor }
    }
    return undefined
  }
}

let obs: PretendedObs
let mirror: Mirror
let changes: MirrorChange[]
let faults: AppError[]

beforeEach(async () => {
  vi.useFakeTimers()
  obs = new PretendedObs()
  changes = []
  faults = []
  mirror = new Mirror({
    obs: 'obs_1',
    revision: 0,
    connection: obs.connection,
    log: silentLogger,
    publish: (change) => changes.push(change),
    fail: (reason) => faults.push(reason),
  })
  await mirror.load()
  obs.asked.length = 0
})
afterEach(() => {
  mirror.stop()
  vi.useRealTimers()
})

const say = (event: string, said: Record<string, unknown> = {}): void => mirror.onEvent(event, said, 100)
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)
const move = (positionX: number, sceneName = 'One'): void =>
  say('SceneItemTransformChanged', { sceneName, sceneItemId: 1, sceneItemTransform: { positionX } })
const record = (state: string, outputPath: string | null = null): void =>
  say('RecordStateChanged', { outputActive: state === 'STARTED', outputState: `OBS_WEBSOCKET_OUTPUT_${state}`, outputPath })
const stream = (state: string): void => say('StreamStateChanged', { outputState: `OBS_WEBSOCKET_OUTPUT_${state}` })
const place = () => mirror.read().scenes[0]?.items[0]?.transform.positionX

describe('events that overtake each other', () => {
  it('leave an item where OBS has it', async () => {
    obs.scenes.set('One', { positionX: 999 })
    for (let to = 0; to < 1000; to++) if (to !== 959) move(to)
    move(959)
    expect(place()).toBe(959)
    await pass(settledMs)
    expect(place()).toBe(999)
    expect(changes.at(-1)).toMatchObject({ scenes: [{ items: [{ transform: { positionX: 999 } }] }] })
    // A thousand events, one question.
    expect(obs.asked).toEqual([['GetSceneItemList', 'GetSourceFilterList']])
  })

  it('leave an output as OBS has it', async () => {
    record('STARTING')
    obs.recording = true
    record('STARTED')
    record('STOPPED', '/videos/show.mkv')
    record('STOPPING')
    obs.recording = false
    expect(mirror.read().outputs.record).toBe('stopping')
    await pass(settledMs)
    expect(mirror.read().outputs).toMatchObject({ record: 'stopped', recordPath: 'show.mkv' })
  })

  it('leave no transition that has ended', async () => {
    say('SceneTransitionEnded')
    say('SceneTransitionStarted')
    obs.transitionCursor = 0.5
    await pass(settledMs)
    expect(mirror.read().inTransition).toBe(true)
    obs.transitionCursor = 1
    await pass(3000)
    expect(mirror.read().inTransition).toBe(false)
  })

  it('leave scenes and inputs that OBS has, under the names that they have', async () => {
    obs.scenes.delete('One')
    obs.scenes.set('Three', { positionX: 3 })
    obs.inputs.delete('mic')
    obs.inputs.set('camera', { volume: 0.5 })
    say('SceneNameChanged', { oldSceneName: 'Two', sceneName: 'Three' })
    say('SceneNameChanged', { oldSceneName: 'One', sceneName: 'Two' })
    say('InputRemoved', { inputName: 'camera' })
    say('InputCreated', { inputName: 'mic', inputKind: 'pulse_input_capture' })
    await pass(settledMs)
    expect(mirror.read().scenes.map(({ name, items }) => [name, items[0]?.transform.positionX])).toEqual([['Three', 3]])
    expect(mirror.read().inputs.map(({ name, audio }) => [name, audio?.volume])).toEqual([['camera', 0.5]])
    expect(changes.some(({ inputsRemoved }) => inputsRemoved?.includes('mic'))).toBe(true)
  })

  it('do not end the mirror where a change of the scene collection is reported after its end', async () => {
    obs.collection = 'Second'
    say('CurrentSceneCollectionChanged', { sceneCollectionName: 'Second' })
    say('CurrentSceneCollectionChanging', { sceneCollectionName: 'First' })
    await pass(settledMs)
    move(7)
    expect(place()).toBe(7)
    expect(mirror.read().collection).toBe('Second')
  })
})

describe('events that never come', () => {
  it('are made up for by those that do', async () => {
    obs.scenes.set('Two', { positionX: 2 })
    obs.inputs.clear()
    obs.program = 'Two'
    say('SceneTransitionEnded')
    await pass(settledMs)
    expect(mirror.read()).toMatchObject({ program: 'Two', inputs: [] })
    expect(mirror.read().scenes.map(({ name }) => name)).toEqual(['Two', 'One'])
  })

  it('leave nothing that starts or stops for ever', async () => {
    stream('STARTING')
    await pass(20_000)
    // OBS connects: it answers that it does not stream.
    expect(mirror.read().outputs.stream).toBe('starting')
    await pass(15_000)
    expect(mirror.read().outputs.stream).toBe('stopped')
    obs.asked.length = 0
    await pass(60_000)
    expect(obs.asked).toEqual([])
  })

  it('leave no change of the scene collection for ever', async () => {
    say('CurrentSceneCollectionChanging', { sceneCollectionName: 'First' })
    move(5)
    await pass(20_000)
    // An OBS that changes its collection is asked nothing.
    expect(obs.asked).toEqual([])
    obs.scenes.set('One', { positionX: 6 })
    await pass(11_000)
    expect(place()).toBe(6)
    move(7)
    expect(place()).toBe(7)
  })
})

describe('answers', () => {
  it('that are older than an event do not undo it', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    obs.arrival = promise
    obs.scenes.set('One', { positionX: 1 })
    move(1)
    await pass(settledMs)
    move(2)
    const before = changes.length
    obs.arrival = Promise.resolve()
    resolve()
    await pass(10)
    expect(place()).toBe(2)
    expect(changes.slice(before).every(({ scenes = [] }) => scenes.every(({ items }) => items[0]?.transform.positionX === 2))).toBe(true)
    obs.scenes.set('One', { positionX: 2 })
    await pass(settledMs)
    expect(place()).toBe(2)
  })

  it('do not bring back what went meanwhile', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    obs.arrival = promise
    say('InputVolumeChanged', { inputName: 'mic', inputVolumeMul: 0.3 })
    await pass(settledMs)
    obs.inputs.delete('mic')
    say('InputRemoved', { inputName: 'mic' })
    resolve()
    await pass(10)
    expect(mirror.read().inputs).toEqual([])
  })

  it('that are older than a filter of a new input do not lose it', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const filters = () =>
      mirror
        .read()
        .inputs.find(({ name }) => name === 'camera')
        ?.filters.map(({ name }) => name)
    obs.arrival = promise
    obs.inputs.set('camera', { volume: 1 })
    say('InputCreated', { inputName: 'camera', inputKind: 'v4l2_input' })
    await pass(10)
    obs.inputs.set('camera', { volume: 1, filters: ['key', 'tint'] })
    say('SourceFilterCreated', { sourceName: 'camera', filterName: 'key', filterIndex: 0 })
    obs.arrival = Promise.resolve()
    resolve()
    await pass(10)
    expect(filters()).toEqual(['key'])
    await pass(settledMs)
    expect(filters()).toEqual(['key', 'tint'])
  })

  it('that fail are asked for again, and in the end the connection is renewed', async () => {
    let failing = 2
    obs.fault = () => (failing-- > 0 ? new AppError('obs.timeout', 'slow') : undefined)
    obs.scenes.set('One', { positionX: 3 })
    move(1)
    await pass(5000)
    expect(place()).toBe(3)
    expect(faults).toEqual([])
    failing = Number.POSITIVE_INFINITY
    move(1)
    await pass(60_000)
    expect(faults).toMatchObject([{ code: 'obs.timeout' }])
  })

  it('that fail while everything is read leave a mirror that follows events', async () => {
    let failing = 1
    obs.fault = () => (failing-- > 0 ? new AppError('obs.timeout', 'slow') : undefined)
    obs.scenes.set('One', { positionX: 4 })
    say('CurrentSceneCollectionChanged', { sceneCollectionName: 'First' })
    await pass(10)
    move(3)
    expect(place()).toBe(3)
    await pass(3000)
    expect(place()).toBe(4)
  })

  it('that say what is known announce nothing', async () => {
    obs.scenes.set('One', { positionX: 5 })
    move(5)
    const before = changes.length
    await pass(20_000)
    expect(obs.asksFor('GetSceneItemList')).toBe(1)
    expect(changes).toHaveLength(before)
  })
})

describe('a flood without end', () => {
  it('asks OBS seldom, and never for more than one answer at a time', async () => {
    for (let round = 0; round < 6000; round++) {
      move(round)
      say('SceneTransitionStarted')
      say('SceneTransitionEnded')
      await pass(10)
    }
    // Sixty seconds.
    expect(obs.asksFor('GetSceneItemList')).toBeGreaterThanOrEqual(10)
    expect(obs.asksFor('GetSceneItemList')).toBeLessThanOrEqual(13)
    expect(obs.asksFor('GetSceneList')).toBeLessThanOrEqual(13)
  })

  it('of names that OBS does not have is answered by few questions', async () => {
    for (let number = 0; number < 20_000; number++) {
      say('SceneCreated', { sceneName: `made up ${number}` })
      say('SceneItemCreated', { sceneName: `also ${number}` })
    }
    await pass(30_000)
    expect(obs.asked.length).toBeLessThan(20)
    expect(mirror.read().scenes.map(({ name }) => name)).toEqual(['One'])
  })
})
