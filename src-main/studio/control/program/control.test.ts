import { describe, expect, it } from 'vitest'
import { AppError } from '../../../platform/errors.ts'
import { silentLogger } from '../../../platform/telemetry/logger.ts'
import type { Action } from '../../document/action-schemas.ts'
import type { Collection, Macro } from '../../document/collection.ts'
import { applyEdits } from '../../document/edits/apply-edits.ts'
import type { Edit } from '../../document/edits/edit-schemas.ts'
import { readDocument } from '../../document/read-document.ts'
import { testDocument, testKinds, testReader } from '../../document/testing/test-kinds.ts'
import type { CanvasSwitch } from '../engine/studio-engine.ts'
import { Macros, sameChord } from './macros.ts'
import { ProgramControl, type ProgramState } from './program-control.ts'

const show = readDocument(testDocument(), testReader())

/** A control over an engine that notes what it is asked, or does not run. */
function control(running = true, kept = new Map<string, unknown>()) {
  const asked: string[] = []
  const told: ProgramState[] = []
  const made = new ProgramControl({
    engine: {
      switchTo: async (switches: readonly CanvasSwitch[]) => {
        const words = ({ canvas, scene, transition }: CanvasSwitch) =>
          `${canvas} ${scene}${transition ? ` ${transition.kind} ${transition.durationMs}` : ''}`
        asked.push(switches.map(words).join(', '))
        // Nothing is kept or told before the engine was asked.
        expect(kept.size === 0 || asked.length > 0).toBe(true)
        if (!running) throw new AppError('studio.not_running')
        return { frame: 7, tookMs: 1 }
      },
      setPreview: (canvas, scene) => void asked.push(`preview ${canvas} ${scene}`),
    },
    store: { get: (key) => kept.get(key), set: (key, value) => void kept.set(key, value) },
    log: silentLogger,
    onChange: (state) => told.push(state),
  })
  made.open(show, 'show.json')
  asked.length = 0
  return { control: made, asked, told, kept }
}

const edited = (...edits: readonly Edit[]): Collection => applyEdits(show, edits, testKinds).collection

describe('what is on air', () => {
  it('is switched with what follows, by the nearest transition that is named', async () => {
    const { control: air, asked } = control()
    expect(await air.switchTo('talk')).toMatchObject({ canvas: 'main', frame: 7, followed: [{ canvas: 'tall', scene: 'phone' }] })
    air.configure({ transition: 'fade', durationMs: 900 })
    await air.switchTo('intro')
    await air.switchTo('talk', { transition: 'fade' })
    await air.switchTo('intro', { transition: 'fade', durationMs: 40 })
    air.follow(edited({ do: 'change', at: 'scenes/talk', changes: { transition: 'cut' } }))
    await air.switchTo('talk')
    expect(asked.slice(-5)).toEqual([
      'main talk, tall phone',
      'main intro fade 900',
      'main talk fade 300, tall phone fade 300',
      'main intro fade 40',
      'main talk, tall phone',
    ])
    await expect(air.switchTo('nowhere')).rejects.toThrow(/no scene "nowhere"/)
    await expect(air.switchTo('talk', { transition: 'spin' })).rejects.toThrow(/no transition "spin"/)
  })

  it('stays chosen while the studio does not run, and is known again at the next start', async () => {
    const first = control(false)
    expect(await first.control.switchTo('talk')).toMatchObject({ frame: null, tookMs: null })
    first.control.configure({ studioMode: true })
    first.control.preview('main', 'intro')
    const second = control(true, first.kept)
    expect(second.control.state).toMatchObject({
      studioMode: true,
      canvases: [{ program: 'talk', preview: 'intro' }, { program: 'phone' }],
    })
  })

  it('trades places with the preview, in studio mode alone', async () => {
    const { control: air } = control()
    expect(() => air.preview('main', 'talk')).toThrow(AppError)
    air.configure({ studioMode: true })
    air.preview('main', 'talk')
    expect(() => air.preview('main', 'phone')).toThrow(/another canvas/)
    await expect(air.toProgram('main', { transition: 'spin' })).rejects.toThrow(/no transition "spin"/)
    await air.toProgram('main', { transition: 'fade' })
    expect(air.state.canvases[0]).toEqual({ canvas: 'main', program: 'talk', preview: 'intro', transition: 'fade' })
    air.transitionEnded('main')
    expect(air.state.canvases[0]?.transition).toBeNull()
    air.configure({ studioMode: false })
    expect(air.state.canvases[0]?.preview).toBeNull()
  })

  it('gives place where an edit takes it away', async () => {
    const { control: air, asked } = control()
    await air.switchTo('talk')
    air.configure({ studioMode: true, transition: 'fade' })
    air.preview('main', 'talk')
    asked.length = 0
    air.follow(edited({ do: 'remove', at: 'scenes/talk' }, { do: 'remove', at: 'transitions/fade' }, { do: 'remove', at: 'canvases/tall' }))
    expect(air.state).toMatchObject({ transition: null, canvases: [{ canvas: 'main', program: 'intro', preview: null }] })
    expect(air.state.canvases).toHaveLength(1)
    expect(asked).toEqual(['main intro', 'preview main null'])
  })
})

describe('macros', () => {
  const macro = (...actions: readonly object[]): Macro => ({ id: 'm', name: 'm', hotkeys: [], actions: actions as Macro['actions'] })
  const running = (act: (action: Action, signal: AbortSignal) => Promise<unknown>) => {
    const told: string[] = []
    const events = {
      publish: (_topic: string, run: unknown) => void told.push(`${(run as { state: string }).state} ${(run as { done: number }).done}`),
    }
    return { told, macros: new Macros({ events, log: silentLogger, act: (action, _actor, signal) => act(action, signal) }) }
  }

  it('do their actions in order until one fails, and say which', async () => {
    const done: string[] = []
    const { macros, told } = running(async ({ do: word }) => {
      if (word === 'preview') throw new AppError('studio.mode_off')
      done.push(word)
    })
    expect(await macros.run(macro({ do: 'switch' }, { do: 'preview' }, { do: 'wait' }), 'me')).toMatchObject({
      state: 'failed',
      done: 1,
      actions: 3,
      error: { code: 'studio.mode_off' },
    })
    expect(done).toEqual(['switch'])
    expect(told).toEqual(['running 0', 'failed 1'])
  })

  it('that last are answered while they go on, can be stopped, and are bounded', async () => {
    const { macros } = running(
      (_action, signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('stopped')))),
    )
    const runs = await Promise.all(Array.from({ length: 16 }, () => macros.run(macro({ do: 'wait' }), 'me', 0)))
    expect(runs.every(({ state }) => state === 'running')).toBe(true)
    await expect(macros.run(macro({ do: 'wait' }), 'me', 0)).rejects.toThrow(AppError)
    macros.stop(runs[0]?.run ?? '')
    await macros.stopAll()
    expect(macros.running).toEqual([])
  })

  it('are found by their keys however they are written', () => {
    expect(sameChord('Ctrl+Shift+1', 'shift + control+1')).toBe(true)
    expect(sameChord('Ctrl++', 'ctrl+plus')).toBe(true)
    expect(sameChord('Ctrl+1', 'Ctrl+2')).toBe(false)
  })
})
