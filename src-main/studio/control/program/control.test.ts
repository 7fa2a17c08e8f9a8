import { describe, expect, it } from 'vitest'
import { AppError } from '../../../platform/errors.ts'
import { silentLogger } from '../../../platform/telemetry/logger.ts'
import type { Collection, Macro } from '../../document/collection.ts'
import { applyEdits } from '../../document/edits/apply-edits.ts'
import type { Edit } from '../../document/edits/edit-schemas.ts'
import { readDocument } from '../../document/files/read-document.ts'
import type { Action } from '../../document/schemas/action-schemas.ts'
import { testDocument, testKinds, testReader } from '../../document/testing/test-kinds.ts'
import type { CanvasSwitch } from '../engine/studio-engine.ts'
import { Macros } from './macros.ts'
import { ProgramControl } from './program-control.ts'
import type { ProgramState } from './program-state.ts'

const show = readDocument(testDocument(), testReader())

/** A control over an engine that notes what it is asked, does not run, or rejects what `fails` says. */
function control(running = true, kept = new Map<string, unknown>()) {
  const asked: string[] = []
  const reported: ProgramState[] = []
  const nothing = (): unknown => undefined
  const engine = { fails: undefined as AppError | undefined, whileAsked: nothing, behind: nothing }
  const answer = async (): Promise<void> => {
    // Nothing is stored or announced before the engine has answered.
    const before = [kept.get('on-air show.json'), reported.length]
    await new Promise(setImmediate)
    expect([kept.get('on-air show.json'), reported.length]).toEqual(before)
    if (!running) throw new AppError('studio.not_running')
    if (engine.fails !== undefined) throw engine.fails
  }
  const made = new ProgramControl({
    engine: {
      switchTo: async (switches: readonly CanvasSwitch[]) => {
        const words = ({ canvas, scene, transition, byHand }: CanvasSwitch) =>
          `${canvas} ${scene}${transition ? ` ${transition.kind} ${byHand ? 'by hand' : transition.durationMs}` : ''}`
        asked.push(switches.map(words).join(', '))
        await answer()
        engine.whileAsked()
        for (const { canvas, scene, transition } of switches) made.switched(canvas, scene, transition?.id ?? null)
        engine.behind()
        return { frame: 7, tookMs: 1 }
      },
      setTBar: (canvases, position) => void asked.push(`t-bar ${canvases.join(' ')} ${position}`),
      setPreview: async (canvas, scene) => {
        asked.push(`preview ${canvas} ${scene}`)
        await answer()
      },
    },
    store: { get: (key) => kept.get(key), set: (key, value) => void kept.set(key, value) },
    log: silentLogger,
    onChange: (state) => reported.push(state),
  })
  made.open(show, 'show.json')
  asked.length = 0
  return { control: made, asked, reported, kept, engine }
}

const edited = (...edits: readonly Edit[]): Collection => applyEdits(show, edits, testKinds).collection

describe('what is on air', () => {
  it('is switched with what follows, by the nearest transition that is named', async () => {
    const { control: air, asked } = control()
    expect(await air.switchTo('talk')).toMatchObject({ canvas: 'main', frame: 7, followed: [{ canvas: 'tall', scene: 'phone' }] })
    await air.configure({ transition: 'fade', durationMs: 900 })
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
    await first.control.configure({ studioMode: true })
    await first.control.preview('main', 'intro')
    const second = control(true, first.kept)
    expect(second.control.state).toMatchObject({
      studioMode: true,
      canvases: [{ program: 'talk', preview: 'intro' }, { program: 'phone' }],
    })
  })

  it('trades places with the preview, in studio mode alone', async () => {
    const { control: air } = control()
    await expect(air.preview('main', 'talk')).rejects.toThrow(AppError)
    await air.configure({ studioMode: true })
    await air.preview('main', 'talk')
    await expect(air.preview('main', 'phone')).rejects.toThrow(/another canvas/)
    await expect(air.toProgram('main', { transition: 'spin' })).rejects.toThrow(/no transition "spin"/)
    await air.toProgram('main', { transition: 'fade' })
    expect(air.state.canvases[0]).toEqual({ canvas: 'main', program: 'talk', preview: 'intro', transition: 'fade', tBar: null })
    air.transitionEnded('main')
    expect(air.state.canvases[0]?.transition).toBeNull()
    await air.configure({ studioMode: false })
    expect(air.state.canvases[0]?.preview).toBeNull()
  })

  it('is moved by hand to the preview with what follows, and back', async () => {
    const { control: air, asked, kept } = control()
    await expect(air.moveTBar('main', 0.5, false)).rejects.toMatchObject({ code: 'studio.mode_off' })
    await air.configure({ studioMode: true })
    await air.moveTBar('main', 0.5, false)
    expect(air.state.canvases[0], 'both are the same scene').toMatchObject({ program: 'intro', tBar: null })
    await air.preview('main', 'talk')
    asked.length = 0
    await air.moveTBar('main', 0, false)
    expect(asked).toEqual([])
    await air.moveTBar('main', 0.05, false)
    await air.moveTBar('main', 0.6, true)
    expect(air.state.canvases).toMatchObject([{ program: 'talk', preview: 'talk', transition: 'fade', tBar: 0.6 }, { program: 'phone' }])
    const stored = JSON.stringify(kept.get('on-air show.json'))
    await air.moveTBar('main', 0.7, true)
    expect(JSON.stringify(kept.get('on-air show.json')), 'a hand that moves is not stored').toBe(stored)
    await air.moveTBar('main', 0.08, true)
    expect(air.state.canvases).toMatchObject([{ program: 'intro', preview: 'talk', transition: null, tBar: null }, { program: 'phone' }])
    await air.moveTBar('main', 0.5, false)
    await air.moveTBar('main', 0.93, true)
    expect(air.state.canvases).toMatchObject([{ program: 'talk', preview: 'intro', transition: null, tBar: null }, { program: 'phone' }])
    expect(asked).toEqual([
      'main talk fade by hand, tall phone fade by hand',
      't-bar main tall 0.05',
      't-bar main tall 0.6',
      't-bar main tall 0.7',
      'main intro, tall phone',
      'main talk fade by hand, tall phone fade by hand',
      't-bar main tall 0.5',
      't-bar main tall 1',
      'preview main intro',
    ])
  })

  it('goes to its end by hand where the button is pressed or studio mode is left, and is given up where another scene comes', async () => {
    const { control: air, asked } = control()
    await air.configure({ studioMode: true })
    await air.preview('main', 'talk')
    await air.moveTBar('main', 0.5, false)
    await air.toProgram('main')
    expect(air.state.canvases[0]).toMatchObject({ program: 'talk', preview: 'intro', transition: null, tBar: null })
    await air.moveTBar('main', 0.5, false)
    await air.configure({ studioMode: false })
    expect(air.state.canvases[0]).toMatchObject({ program: 'intro', preview: null, transition: null, tBar: null })
    expect(asked.slice(-1)).toEqual(['t-bar main 1'])
    await air.configure({ studioMode: true })
    await air.preview('main', 'talk')
    await air.moveTBar('main', 0.5, false)
    await air.switchTo('intro')
    expect(air.state.canvases[0]).toMatchObject({ program: 'intro', tBar: null })
    // What was moved along has nobody who moves it any more.
    expect(asked.slice(-1)).toEqual(['t-bar tall 1'])
    expect(air.state.canvases[1]).toMatchObject({ program: 'phone', transition: null, tBar: null })
  })

  it('takes along what follows where the scene that it goes to is deleted', async () => {
    const { control: air, asked } = control()
    await air.configure({ studioMode: true })
    await air.preview('main', 'talk')
    await air.moveTBar('main', 0.5, false)
    asked.length = 0
    air.follow(edited({ do: 'remove', at: 'scenes/talk' }))
    expect(asked).toContain('t-bar tall 1')
    expect(air.state.canvases).toMatchObject([
      { program: 'intro', transition: null, tBar: null },
      { program: 'phone', transition: null, tBar: null },
    ])
  })

  it('is where it goes when the engine ends, and what was on air is being prepared', async () => {
    const { control: air, reported } = control()
    await air.configure({ studioMode: true })
    await air.preview('main', 'talk')
    await air.moveTBar('main', 0.4, false)
    reported.length = 0
    air.engineEnded()
    expect(air.state.canvases).toMatchObject([{ program: 'talk', preview: 'intro', transition: null, tBar: null }, { transition: null }])
    air.engineEnded()
    expect(reported).toHaveLength(1)
  })

  it('has a middle by hand whatever its duration, and says nothing false on its way back', async () => {
    const { control: air, asked, engine, reported } = control()
    await air.configure({ studioMode: true, durationMs: 0 })
    await air.preview('main', 'talk')
    await air.moveTBar('main', 0.4, false)
    expect(asked).toContain('main talk fade by hand, tall phone fade by hand')
    // The engine says that the transition is over before it answers.
    engine.whileAsked = () => air.transitionEnded('main')
    reported.length = 0
    await air.moveTBar('main', 0.05, true)
    expect(reported.map(({ canvases }) => canvases[0]?.program)).toEqual(['intro'])
  })

  it('gives place where an edit takes it away', async () => {
    const { control: air, asked } = control()
    await air.switchTo('talk')
    await air.configure({ studioMode: true, transition: 'fade' })
    await air.preview('main', 'talk')
    asked.length = 0
    air.follow(edited({ do: 'remove', at: 'scenes/talk' }, { do: 'remove', at: 'transitions/fade' }, { do: 'remove', at: 'canvases/tall' }))
    expect(air.state).toMatchObject({ transition: null, canvases: [{ canvas: 'main', program: 'intro', preview: null }] })
    expect(air.state.canvases).toHaveLength(1)
    expect(asked).toEqual(['main intro', 'preview main null'])
    expect(air.onAir).toEqual({ main: { program: 'intro', preview: null } })
  })
})

describe('a change of what is on air', () => {
  it('that the engine rejects is neither announced nor stored, and has its error', async () => {
    const { control: air, reported, kept, engine } = control()
    await air.configure({ studioMode: true })
    const state = air.state
    const stored = kept.get('on-air show.json')
    reported.length = 0
    engine.fails = new AppError('studio.not_found', 'no such scene there')
    await expect(air.switchTo('talk')).rejects.toMatchObject({ code: 'studio.not_found' })
    await expect(air.preview('main', 'talk')).rejects.toMatchObject({ code: 'studio.not_found' })
    await expect(air.toProgram('main')).rejects.toMatchObject({ code: 'studio.not_found' })
    await expect(air.configure({ studioMode: false, durationMs: 5 })).rejects.toMatchObject({ code: 'studio.not_found' })
    expect(air.state).toEqual(state)
    expect(reported).toEqual([])
    expect(kept.get('on-air show.json')).toBe(stored)
  })

  it('waits for the one before it', async () => {
    const { control: air, reported } = control()
    await air.configure({ studioMode: true })
    await air.preview('main', 'talk')
    reported.length = 0
    await Promise.all([air.toProgram('main', { transition: 'cut' }), air.toProgram('main', { transition: 'cut' })])
    expect(reported.map(({ canvases }) => [canvases[0]?.program, canvases[0]?.preview])).toEqual([
      ['talk', 'intro'],
      ['intro', 'talk'],
    ])
  })

  it('shows its own transition, not the end of the one that it interrupts', async () => {
    const { control: air } = control()
    await air.switchTo('talk', { transition: 'fade' })
    const next = air.switchTo('intro', { transition: 'fade' })
    air.transitionEnded('main')
    await next
    expect(air.state.canvases[0]).toMatchObject({ program: 'intro', transition: 'fade' })
    const last = control()
    last.engine.behind = () => last.control.transitionEnded('main')
    await last.control.switchTo('talk', { transition: 'fade' })
    expect(last.control.state.canvases[0], 'an end that arrives with the switch').toMatchObject({ program: 'talk', transition: null })
  })

  it('to a scene that an edit removes meanwhile is taken back', async () => {
    const { control: air, asked, engine } = control()
    engine.whileAsked = () => {
      engine.whileAsked = () => undefined
      air.follow(edited({ do: 'remove', at: 'scenes/talk' }))
    }
    await air.switchTo('talk')
    expect(air.state.canvases[0]).toMatchObject({ program: 'intro', preview: null })
    expect(asked.at(-2)).toBe('main intro')
  })

  it('is not stored for another collection that was opened meanwhile', async () => {
    const { control: air, kept, engine } = control()
    engine.whileAsked = () => {
      engine.whileAsked = () => undefined
      air.open(show, 'other.json')
    }
    await expect(air.switchTo('talk')).rejects.toMatchObject({ code: 'studio.no_collection' })
    expect(kept.size).toBe(0)
    air.close()
    await expect(air.switchTo('talk')).rejects.toMatchObject({ code: 'studio.no_collection' })
  })
})

describe('macros', () => {
  const macro = (...actions: readonly object[]): Macro => ({ id: 'm', name: 'm', hotkeys: [], actions: actions as Macro['actions'] })
  const running = (act: (action: Action, signal: AbortSignal) => Promise<unknown>) => {
    const reported: string[] = []
    const events = {
      publish: (_topic: string, run: unknown) =>
        void reported.push(`${(run as { state: string }).state} ${(run as { done: number }).done}`),
    }
    return { reported, macros: new Macros({ events, log: silentLogger, act: (action, _actor, signal) => act(action, signal) }) }
  }

  it('do their actions in order until one fails, and say which', async () => {
    const done: string[] = []
    const { macros, reported } = running(async ({ do: word }) => {
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
    expect(reported).toEqual(['running 0', 'failed 1'])
  })

  it('that last are answered while they go on, can be stopped, and are bounded', async () => {
    const { macros } = running(
      (_action, signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('stopped')))),
    )
    const runs = await Promise.all(Array.from({ length: 16 }, () => macros.run(macro({ do: 'wait' }), 'me', 'pressed', 0)))
    expect(runs.every(({ state }) => state === 'running')).toBe(true)
    await expect(macros.run(macro({ do: 'wait' }), 'me', 'pressed', 0)).rejects.toThrow(AppError)
    macros.stop(runs[0]?.run ?? '')
    await macros.stopAll()
    expect(macros.running).toEqual([])
  })
})
