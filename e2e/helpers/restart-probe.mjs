/**
 * Connects, asks and plays all the time, in the network of a machine whose host is restarted: restart-probe.mjs FOLDER HTTP HTTPS RTMP RTMPS.
 * Each connection to `demo` is written to FOLDER/N.flv, as it came. Ends on SIGTERM with what happened as JSON.
 */
import { createWriteStream } from 'node:fs'
import { request } from 'node:http'
import { request as requestTls } from 'node:https'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

const [folder, ...portTexts] = process.argv.slice(2)
const [http, https, rtmp, rtmps] = portTexts.map(Number)
const seen = { answered: 0, connected: 0, rejected: [], failed: [], longestWaitMs: 0, files: [], waitsMs: { demo: 0, slate: 0 } }
let stopped = false

function ask(open, options) {
  const fromMs = performance.now()
  return new Promise((resolve) => {
    const failed = (error) => {
      ;(error.code === 'ECONNREFUSED' ? seen.rejected : seen.failed).push(`${options.port} ${error.code ?? error.message}`)
      resolve()
    }
    const asked = open({ host: '127.0.0.1', path: '/api/v1/health', agent: false, rejectUnauthorized: false, ...options }, (answer) => {
      answer.resume().once('error', failed)
      answer.once('end', () => {
        if (answer.statusCode === 200) seen.answered++
        else seen.failed.push(`${options.port} ${answer.statusCode}`)
        seen.longestWaitMs = Math.max(seen.longestWaitMs, performance.now() - fromMs)
        resolve()
      })
    })
    asked.once('error', failed).end()
  })
}

const dial = (port) =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      seen.connected++
      socket.destroy()
      resolve()
    })
    socket.once('error', (error) => {
      seen.rejected.push(`${port} ${error.code}`)
      resolve()
    })
  })

/** Plays a stream until its connection ends. */
const play = (stream, take) =>
  new Promise((resolve) => {
    const asked = request({ host: '127.0.0.1', port: http, path: `/live/${stream}.flv`, agent: false }, (answer) => {
      if (answer.statusCode === 200) take(answer)
      else answer.resume()
      answer.once('close', resolve).on('error', () => undefined)
    })
    asked.once('error', resolve).end()
  })

const lastMs = {}
/** Notes the longest time without data of a stream. */
const timed = (stream, answer) =>
  answer.on('data', () => {
    const nowMs = performance.now()
    if (lastMs[stream] !== undefined) seen.waitsMs[stream] = Math.max(seen.waitsMs[stream], nowMs - lastMs[stream])
    lastMs[stream] = nowMs
  })

const toFile = (answer) => {
  const file = join(folder, `${seen.files.length}.flv`)
  seen.files.push(file)
  timed('demo', answer).pipe(createWriteStream(file))
}

const repeat = async (periodMs, round) => {
  for (; !stopped; await wait(periodMs)) await round()
}
const rounds = [
  repeat(40, () => ask(request, { port: http })),
  repeat(150, () => ask(requestTls, { port: https })),
  repeat(50, () => dial(rtmp)),
  repeat(70, () => dial(rtmps)),
]
void repeat(20, () => play('demo', toFile))
void repeat(20, () => play('slate', (answer) => timed('slate', answer)))
process.stdout.write('started\n')
process.once('SIGTERM', async () => {
  stopped = true
  await Promise.all(rounds)
  process.stdout.write(`${JSON.stringify(seen)}\n`, () => process.exit(0))
})
