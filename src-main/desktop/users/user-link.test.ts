import { Duplex } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { Type } from 'typebox'
import { expect, it } from 'vitest'
import { silentLogger } from '../../platform/telemetry/logger.ts'
import { startUserWorker } from '../sessions/display-worker.ts'
import { UserLink } from './user-link.ts'
import { fromUser, writeFrame } from './user-wire.ts'

/** A link to processes that say what the test has them say: `opened` are their connections, one after the other. */
function start() {
  const opened: Duplex[] = []
  const printed: string[] = []
  const link = new UserLink({
    user: 'anna',
    async open() {
      const pipe = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() })
      opened.push(pipe)
      return pipe
    },
    log: silentLogger,
    onPrinted: ({ name }) => void printed.push(name),
  })
  const connect = async (): Promise<Duplex> => {
    link.ask('display.end', {}, Type.Null()).catch(() => undefined)
    await turn()
    return opened.at(-1) as Duplex
  }
  return { link, printed, connect }
}

function say(pipe: Duplex, kind: number, number: number, value: unknown): void {
  const sink = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      if (!pipe.destroyed) pipe.push(chunk)
      done()
    },
  })
  writeFrame(sink, kind, number, [Buffer.from(JSON.stringify(value))])
}

it('takes 60 printed documents a minute, and ends the connection of who announces more', async () => {
  const { link, printed, connect } = start()
  for (const expected of [true, true]) {
    const pipe = await connect()
    for (let n = 0; n < 100; n++) say(pipe, fromUser.printed, 0, { display: 'd', name: `${n}`, path: 'p' })
    await turn()
    expect([pipe.destroyed, printed.length]).toEqual([expected, 60])
  }
  link.stop()
})

it('ends the connection of who says something about a display that no process of one says', async () => {
  const { link, connect } = start()
  const messages: unknown[] = []
  const display = { server: ':1', authority: '', pid: 1, user: 'anna' }
  const followers = { onReady() {}, onExit() {}, onMediaPipe() {}, onMessage: (message: unknown) => void messages.push(message) }
  startUserWorker({ id: 'd', display, log: silentLogger, ...followers }, link)
  const pipe = await connect()
  say(pipe, fromUser.worker, 1, { event: 'message', message: { kind: 'size', width: 8, height: 6 } })
  await turn()
  expect([pipe.destroyed, messages.length]).toEqual([false, 1])
  say(pipe, fromUser.worker, 1, { event: 'message', message: { kind: 'size', width: 1e9, height: 6 } })
  await turn()
  expect([pipe.destroyed, messages.length]).toEqual([true, 1])
  link.stop()
})
