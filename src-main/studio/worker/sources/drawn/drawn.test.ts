import { describe, expect, it } from 'vitest'
import { drawnKinds, type TimerSettings, TimerSettingsSchema, type ToneSettings } from '../../../document/kinds/drawn.ts'
import { readSettings } from '../source-settings.ts'
import { createClockFormat } from './clock/clock-format.ts'
import { createTimerFormat } from './clock/timer-format.ts'
import { fromMemory, initialTimer, pauseTimerAt, readDate, readTimer, startTimerAt, toMemory } from './clock/timer-state.ts'
import { createCrashLedger } from './crash-ledger.ts'
import { createFrameTicker, frameAt, frameTimeUs, leadUs } from './frame-ticker.ts'
import { placeOf } from './image/animation.ts'
import { createOscillator } from './plain/oscillators.ts'
import { crossFade, premultiply } from './slideshow/cross-fade.ts'
import { SlideOrder } from './slideshow/slide-order.ts'
import { decodeText, lastLines } from './text/text-content.ts'
import { cleanText, directionOf, layoutText } from './text/text-layout.ts'

describe('the kinds that are drawn', () => {
  it.each(drawnKinds.map((kind) => [kind.kind, kind] as const))('%s takes empty settings', (_, { settings }) => {
    expect(readSettings(settings, {})).toHaveProperty('settings')
  })
})

describe('text is laid out', () => {
  const lay = (text: string, wrapWidth = Number.POSITIVE_INFINITY, maxLines = 100) =>
    layoutText(text, { wrapWidth, direction: 'auto', maxLines, measure: (line) => [...line].length * 10 })
  const lines = (...rest: Parameters<typeof lay>) => lay(...rest).lines.map((line) => line.text)

  it('at its own line ends, whatever system wrote them', () => {
    expect(lines('one\r\ntwo\rthree\n')).toEqual(['one', 'two', 'three', ''])
    expect(cleanText('\ufeffa\tb\u0000')).toBe('a    b')
  })

  it('between words, inside words that are too long, and anywhere where there are no spaces', () => {
    expect(lines('the quick (brown) fox-hunt', 100)).toEqual(['the quick', '(brown)', 'fox-hunt'])
    expect(lines('a Donaudampfschiff', 60)).toEqual(['a', 'Donaud', 'ampfsc', 'hiff'])
    expect(lines('日本語のテキスト', 40).join('')).toBe('日本語のテキスト')
    expect(Math.max(...lay('日本語のテキスト', 40).lines.map((line) => line.width))).toBeLessThanOrEqual(40)
    expect(lines('👩‍👩‍👧👩‍👩‍👧', 10)).toEqual(['👩‍👩‍👧', '👩‍👩‍👧'])
  })

  it('in the direction of each line', () => {
    expect(['123 abc', 'שלום abc', '«مرحبا»', '123'].map(directionOf)).toEqual(['ltr', 'rtl', 'rtl', 'ltr'])
  })

  it('up to a number of lines', () => {
    expect(lay('a\nb\nc', undefined, 2)).toMatchObject({ cut: true, lines: [{ text: 'a' }, { text: 'b' }] })
    expect(lay('a\nb', undefined, 2).cut).toBe(false)
  })

  it('from files in the usual encodings, and from their last lines', () => {
    expect(decodeText(Buffer.from('\ufeffgrün'))).toBe('grün')
    expect(decodeText(Buffer.from('\ufeffgrün', 'utf16le'))).toBe('grün')
    expect(lastLines('a\nb\nc\n', 2)).toBe('b\nc')
    expect(lastLines('a\r\n', 0)).toBe('a')
  })
})

describe('clocks and timers', () => {
  const at = Date.UTC(2026, 2, 5, 23, 7, 9, 480)

  it('write the time of a zone as the format says', () => {
    const write = (format: string, zone = 'UTC', language = 'en') => createClockFormat(format, zone, language).write(at)
    expect(write('yyyy-MM-dd HH:mm:ss.S')).toBe('2026-03-05 23:07:09.4')
    expect(write("EEEE d MMMM 'at' h:mm a", 'Asia/Tokyo')).toBe('Friday 6 March at 8:07 am')
    expect(write("d. MMMM yy H 'Uhr' ''m''", 'Europe/Berlin', 'de')).toBe("6. März 26 0 Uhr '7'")
    expect(createClockFormat('HH:mm', 'UTC', '').stepMs).toBe(60_000)
    expect(createClockFormat("HH 's'", 'UTC', '').stepMs).toBe(60_000)
    expect(() => createClockFormat('HH', 'Mars/Base', '')).toThrow(RangeError)
  })

  it('write durations with the largest unit taking the rest', () => {
    const write = (format: string, ms: number) => createTimerFormat(format).write(ms)
    expect(write('mm:ss', 5_400_000)).toBe('90:00')
    expect(write('H:mm:ss.S', 3_723_450)).toBe('1:02:03.4')
    expect(write("d 'days' HH", 90_000_000)).toBe('1 days 01')
    expect(write('mm:ss', -61_000)).toBe('-01:01')
    expect(write('mm:ss', -200)).toBe('00:00')
  })

  const settings = (more: Partial<TimerSettings>): TimerSettings =>
    (readSettings(TimerSettingsSchema, more) as unknown as { settings: TimerSettings }).settings

  it('count down with pauses and additions, and to an end of three kinds', () => {
    const down = settings({ durationMs: 10_000, autoStart: false })
    let state = initialTimer(down, 0)
    expect(readTimer(down, state, undefined, 5000)).toEqual({ ms: 10_000, state: 'paused' })
    state = pauseTimerAt(startTimerAt(state, 5000), 8000)
    expect(readTimer(down, state, undefined, 60_000)).toEqual({ ms: 7000, state: 'paused' })
    state = startTimerAt({ ...state, addedMs: 1000 }, 60_000)
    expect(readTimer(down, fromMemory(down, toMemory(down, state))!, undefined, 62_000)).toEqual({ ms: 6000, state: 'running' })
    expect(readTimer(down, state, undefined, 99_000)).toEqual({ ms: 0, state: 'ended' })
    expect(readTimer({ ...down, atEnd: 'overtime' }, state, undefined, 70_000)).toEqual({ ms: -2000, state: 'running' })
    expect(readTimer({ ...down, atEnd: 'again' }, state, undefined, 70_000)).toEqual({ ms: 9000, state: 'running' })
  })

  it('are remembered as long as they are the same', () => {
    const down = settings({ durationMs: 10_000 })
    const memory = toMemory(down, initialTimer(down, 5))
    expect(fromMemory(down, JSON.parse(JSON.stringify(memory)))).toEqual({ sinceMs: 5, ranMs: 0, addedMs: 0 })
    expect(fromMemory({ ...down, durationMs: 20_000 }, memory)).toBeUndefined()
    expect(fromMemory(down, { mode: 'down' })).toBeUndefined()
  })

  it('count up, and down to a date', () => {
    const up = settings({ mode: 'up' })
    expect(readTimer(up, initialTimer(up, 1000), undefined, 3500)).toEqual({ ms: 2500, state: 'running' })
    const until = settings({ mode: 'until' })
    expect(readTimer(until, initialTimer(until, 0), 9000, 4000)).toEqual({ ms: 5000, state: 'running' })
    expect(readTimer(until, initialTimer(until, 0), 9000, 9001)).toEqual({ ms: 0, state: 'ended' })
  })

  it('read dates with an offset and in a zone, also where summer time starts', () => {
    expect(readDate('2027-01-01T00:00:00Z', '')).toBe(Date.UTC(2027, 0, 1))
    expect(readDate('2027-01-01 00:00:00+02:00', '')).toBe(Date.UTC(2026, 11, 31, 22))
    expect(readDate('2027-07-01 12:00', 'Europe/Berlin')).toBe(Date.UTC(2027, 6, 1, 10))
    expect(readDate('2027-03-28 03:00', 'Europe/Berlin')).toBe(Date.UTC(2027, 2, 28, 1))
    expect(readDate('2027-01-01', 'America/New_York')).toBe(Date.UTC(2027, 0, 1, 5))
    expect([readDate('tomorrow', ''), readDate('2027-13-01', ''), readDate('', '')]).toEqual([undefined, undefined, undefined])
    expect(() => readDate('2027-01-01', 'Mars/Base')).toThrow(RangeError)
  })
})

describe('frames are drawn just before they are due', () => {
  const clock = { frameRate: { numerator: 30_000, denominator: 1001 }, originUs: 1000 }

  it('at times that do not drift', () => {
    expect(frameTimeUs(clock, 30_000 * 3600)).toBe(1000 + 1001e6 * 3600)
    for (const frame of [-7, 0, 1, 2, 999_999]) {
      expect(frameAt(clock, frameTimeUs(clock, frame))).toBe(frame)
      expect(frameAt(clock, frameTimeUs(clock, frame) + 1)).toBe(frame + 1)
    }
  })

  it('each once, and those that are missed are left out', () => {
    let nowUs = 0
    let due: { work: () => void; ms: number } | undefined
    const timers = {
      set: (work: () => void, ms: number) => {
        due = { work, ms }
        return due
      },
      clear: () => {
        due = undefined
      },
    }
    const frames: number[] = []
    const ticker = createFrameTicker({ frameRate: { numerator: 50, denominator: 1 }, originUs: 0, nowUs: () => nowUs, timers })
    const stop = ticker.add(({ frame, timeUs }) => {
      expect(timeUs).toBe(frame * 20_000)
      frames.push(frame)
    })
    const next = (lateUs = 0) => {
      nowUs += due!.ms * 1000 + lateUs
      due!.work()
    }
    next()
    expect(nowUs).toBe(20_000 - leadUs)
    next(500)
    next(45_000)
    next()
    expect(frames).toEqual([1, 2, 3, 6])
    stop()
    expect(due).toBeUndefined()
  })
})

describe('a source that crashes its process', () => {
  it('is left out after three times, while what was beside it is not', () => {
    const ledger = createCrashLedger()
    for (const turn of [1, 2, 3]) {
      ledger.begin('good')
      ledger.end('good')
      ledger.begin('bad')
      expect(ledger.lost().isolated).toBe(turn === 3 ? 'bad' : undefined)
      expect(ledger.rank('bad')).toBeGreaterThan(ledger.rank('good'))
    }
    expect([ledger.isIsolated('bad'), ledger.isIsolated('good')]).toEqual([true, false])
    ledger.forget('bad')
    expect(ledger.isIsolated('bad')).toBe(false)
  })

  it('is looked for more closely where nobody is known to have done it', () => {
    const ledger = createCrashLedger()
    expect(ledger.lost()).toEqual({ isolated: undefined, careful: true })
  })
})

describe('images one after the other', () => {
  it('of an animation stay for their delays, as often as it says', () => {
    expect(placeOf([100, 50, 200], 0, 0)).toEqual({ frame: 0, remainsMs: 100, ended: false })
    expect(placeOf([100, 50, 200], 0, 350 * 4 + 120)).toEqual({ frame: 1, remainsMs: 30, ended: false })
    expect(placeOf([100, 50, 200], 2, 699)).toEqual({ frame: 2, remainsMs: 1, ended: false })
    expect(placeOf([100, 50, 200], 2, 700)).toMatchObject({ frame: 2, ended: true })
  })

  it('of a list are stepped through in both directions, over slides that come and go', () => {
    const order = new SlideOrder('listed')
    order.setSlides(['a', 'b', 'c'])
    expect([order.step(1, true), order.step(1, true), order.step(-1, true), order.step(-1, true)]).toEqual(['a', 'b', 'a', 'c'])
    expect(order.step(1, false)).toBeUndefined()
    order.setSlides(['a', 'c', 'd'])
    expect([order.position, order.step(1, false), order.step(1, true)]).toEqual([2, 'd', 'a'])
    order.setSlides([])
    expect(order.step(1, true)).toBeUndefined()
  })

  it('shuffled: each once a round, and none twice in a row', () => {
    const order = new SlideOrder('shuffle', 1)
    order.setSlides(['a', 'b', 'c', 'd'])
    const seen = Array.from({ length: 80 }, () => order.step(1, true) as string)
    for (let round = 0; round < 80; round += 4) expect(new Set(seen.slice(round, round + 4)).size).toBe(4)
    expect(seen.some((slide, index) => slide === seen[index + 1])).toBe(false)
  })

  it('go on in the same order in another process', () => {
    const slides = Array.from({ length: 30 }, (_, index) => String(index))
    const order = new SlideOrder('shuffle')
    order.setSlides(slides)
    for (let step = 0; step < 40; step++) order.step(1, true)
    const other = new SlideOrder('shuffle', order.seed)
    other.setSlides(slides)
    expect(other.goTo(order.current as string, order.position)).toBe(true)
    const onward = (from: SlideOrder): (string | undefined)[] => Array.from({ length: 50 }, () => from.step(1, true))
    expect(onward(other)).toEqual(onward(order))
    expect(other.goTo('gone', 1)).toBe(false)
  })

  it('fade into each other, alpha too', () => {
    const pixels = Uint8Array.from([200, 100, 50, 128, 9, 8, 7, 255, 90, 80, 70, 0])
    premultiply(pixels)
    expect([...pixels]).toEqual([100, 50, 25, 128, 9, 8, 7, 255, 0, 0, 0, 0])
    const from = Uint32Array.from([0xff000000, 0x00ffffff, 0x80402010])
    const to = Uint32Array.from([0xffffffff, 0xff00ff00, 0x80402010])
    const into = new Uint32Array(3)
    crossFade(from, to, 128, into)
    expect([...into].map((word) => word.toString(16))).toEqual(['ff7f7f7f', '7f7fff7f', '80402010'])
    crossFade(from, to, 256, into)
    expect(into).toEqual(to)
  })
})

describe('tones', () => {
  const rate = 48_000
  const tone = (more: Partial<ToneSettings>) =>
    createOscillator({ shape: 'sine', frequency: 1000, toFrequency: 10_000, sweepMs: 1000, levelDb: 0, channels: 'both', ...more }, rate)

  it('go on without a step, however they are cut, and are exact after a day', () => {
    const whole = new Float32Array(2000)
    const second = new Float32Array(1000)
    const late = new Float32Array(480)
    const sine = tone({ frequency: 997.3 })
    sine(whole, 0)
    sine(second, 1000)
    expect(second).toEqual(whole.slice(1000))
    // 997.3 Hz has whole periods in 10 s: the same samples after a day.
    sine(late, rate * 86_400)
    for (let index = 0; index < late.length; index++) expect(late[index]).toBeCloseTo(whole[index]!, 5)
  })

  it('sweep from one frequency to the other', () => {
    const samples = new Float32Array(rate)
    tone({ shape: 'sweep', frequency: 100, toFrequency: 1600 })(samples, 0)
    const crossings = (from: number, to: number) => {
      let count = 0
      for (let index = from + 1; index < to; index++) if (samples[index - 1]! < 0 && samples[index]! >= 0) count++
      return count
    }
    // Four octaves in a second: one each quarter.
    expect(crossings(0, 12_000) / crossings(36_000, 48_000)).toBeCloseTo(1 / 8, 1)
  })

  it('of noise have the level that is said, and pink falls 3 dB an octave', () => {
    const rms = (samples: Float32Array) => Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length)
    const white = new Float32Array(rate)
    const pink = new Float32Array(2 * rate)
    tone({ shape: 'white' })(white, 0)
    tone({ shape: 'pink' })(pink, 0)
    expect(rms(white)).toBeCloseTo(1, 1)
    expect(20 * Math.log10(rms(pink))).toBeGreaterThan(-1.5)
    expect(20 * Math.log10(rms(pink))).toBeLessThan(1.5)
    // Differences weigh high frequencies: white noise doubles its power there, pink noise has little.
    const steps = pink.slice(1).map((value, index) => value - pink[index]!)
    expect(rms(steps)).toBeLessThan(0.8)
  })
})
