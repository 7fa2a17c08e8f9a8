import { Duplex } from 'node:stream'
import { Type } from 'typebox'
import { expect, it } from 'vitest'
import { integersFrom } from '../../formats/testing/random.ts'
import { AppError } from '../../platform/errors.ts'
import { silentLogger } from '../../platform/telemetry/logger.ts'
import { checkDesktopMessage } from '../sessions/display-worker.ts'
import { UserLink } from './user-link.ts'
import { fromUser, withBytes, writeFrame } from './user-wire.ts'

/** What the process of another user says may be anything: it ends its connection at worst. */

const runs = 400 * Number(process.env.FUZZ_RUNS ?? 1)
const random = integersFrom(Number(process.env.FUZZ_SEED ?? 14))
const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T
const bytes = (length: number): Buffer => Buffer.from(Array.from({ length }, () => random(256)))

/** A connection whose other end the test is: `say` is what the process of the user writes. */
function channel(): { readonly pipe: Duplex; readonly say: (data: Buffer) => void } {
  const pipe = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() })
  return { pipe, say: (data) => void (pipe.destroyed || pipe.push(data)) }
}

function frame(kind: number, number: number, parts: readonly Uint8Array[]): Buffer {
  const written: Buffer[] = []
  const pipe = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      written.push(chunk)
      done()
    },
  })
  writeFrame(pipe, kind, number, parts)
  return Buffer.concat(written)
}

const json = (value: unknown): readonly Uint8Array[] => [Buffer.from(JSON.stringify(value))]
const answers: readonly (() => Buffer)[] = [
  () => frame(fromUser.reply, 1, withBytes({ server: ':1' })),
  () => frame(fromUser.reply, random(5), withBytes(pick([null, 1, 'x', [], { server: '/etc/passwd' }]), bytes(random(50)))),
  () => frame(fromUser.reply, 1, [bytes(random(12))]),
  () =>
    frame(
      fromUser.failure,
      1,
      json({ code: pick(['desktop.busy', 'auth.x', '__proto__', 'desktop.nothing']), message: 'no\u0000\u001b[31m' }),
    ),
  () =>
    frame(
      fromUser.worker,
      random(3),
      json({ event: pick(['started', 'ready', 'ended', 'message', 'x']), message: { kind: pick(['lost', 'size']) } }),
    ),
  () => frame(fromUser.media, random(3), [bytes(random(200))]),
  () => frame(fromUser.printed, 0, json({ display: 'a', name: 'b', path: pick(['c', 'x'.repeat(9000)]) })),
  () => frame(random(256), random(2 ** 31), [bytes(random(60))]),
  () => bytes(1 + random(60)),
  () => Buffer.from([0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0, 1]),
]

it('never throws, answers what was asked or an error of its own, and ends a connection that says what is malformed', async () => {
  const ends = new Set<string>()
  for (let run = 0; run < runs; run++) {
    const { pipe, say } = channel()
    const messages: unknown[] = []
    const link = new UserLink({ user: 'anna', open: async () => pipe, log: silentLogger, onPrinted: () => undefined })
    const worker = link.startWorker({
      params: {},
      onMessage: (message) => messages.push(checkDesktopMessage(message)),
      onReady: () => undefined,
      onExit: () => undefined,
      onMediaPipe: (media) => media.on('data', () => undefined),
    })
    const asked = link.ask('display.start', {}, Type.Object({ server: Type.String({ pattern: '^:[0-9]{1,5}$' }) })).then(
      ({ server }) => server,
      (error: unknown) => (error instanceof AppError ? error.code : `threw ${error}`),
    )
    await new Promise((resolve) => setImmediate(resolve))
    const all = Buffer.concat(Array.from({ length: 1 + random(8) }, () => pick(answers)()))
    for (let at = 0; at < all.length; ) {
      const length = 1 + random(all.length)
      say(all.subarray(at, at + length))
      at += length
    }
    await new Promise((resolve) => setImmediate(resolve))
    worker.send({ kind: 'leave', viewer: 1 })
    pipe.destroy()
    ends.add(await asked)
    link.stop()
    for (const message of messages) expect(message === undefined || typeof message === 'object').toBe(true)
  }
  expect([...ends].sort()).toEqual([':1', 'desktop.busy', 'desktop.user_failed'])
})

it('passes on messages of a display in their form alone', () => {
  const good = { kind: 'size', width: 800, height: 600 }
  expect(checkDesktopMessage(good)).toEqual(good)
  for (const bad of [
    { ...good, width: 1e9 },
    { ...good, height: '600' },
    { kind: 'lost' },
    { kind: 'lost', why: 'x'.repeat(1000) },
    null,
    [],
    'size',
  ])
    expect(checkDesktopMessage(bad)).toBeUndefined()
  expect(checkDesktopMessage({ kind: 'copied-files', request: 1 })).toEqual({ kind: 'copied-files', request: 1, copied: undefined })
})
