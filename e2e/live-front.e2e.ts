import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningHost, startHost } from './helpers/host.ts'
import { readRun, type WalkedRun, walkLive } from './helpers/live-walk.ts'
import { type Publisher, publishTestStream } from './helpers/publish.ts'
import { until } from './helpers/until.ts'

/** What every resource below `/live` answers to every method, and what becomes of URLs that look like one. */

type Answers = readonly string[]

const methods = 'GET, HEAD, OPTIONS'
const preflight = `204 | * | ${methods} | ${methods}`
const refused = `405 | * | ${methods}`
const problem = (status: number): string => `${status} | application/problem+json | no-store | *`

const played = (answer: string): Answers => [`GET HEAD: ${answer}`, `OPTIONS: ${preflight}`, `POST PUT DELETE: ${refused}`]
const missing = played(problem(404))
const immutable = played('200 | video/mp4 | public, max-age=600, immutable | * | bytes')
const multivariant = played('200 | application/vnd.apple.mpegurl | public, max-age=60 | *')
const playlist = played('200 | application/vnd.apple.mpegurl | max-age=0, must-revalidate | *')
const image = (answer: string): Answers => [`GET HEAD: ${answer}`, 'OPTIONS POST PUT DELETE: 405 | * | GET, HEAD']
const events = ['GET: 200 | text/event-stream | no-store | *', `HEAD POST PUT DELETE: ${refused}`, `OPTIONS: ${preflight}`]
const offer = [
  'GET HEAD PUT DELETE: 405 | no-store | * | POST, OPTIONS',
  'OPTIONS: 204 | no-store | * | POST, PATCH, DELETE, OPTIONS',
  `POST: ${problem(415)}`,
]
const session = [
  'GET HEAD POST PUT: 405 | no-store | * | PATCH, DELETE, OPTIONS',
  'OPTIONS: 204 | no-store | * | POST, PATCH, DELETE, OPTIONS',
  `DELETE: ${problem(404)}`,
]
const noRoute = 'OPTIONS POST PUT DELETE: 404 | application/problem+json; charset=utf-8 | no-store'
const page = ['GET HEAD: 200 | text/html; charset=utf-8 | no-cache', noRoute]
const noFile = ['GET HEAD: 404 | text/plain; charset=utf-8 | no-store', noRoute]

/** Below the stream's name, as everybody may watch it. */
const ofStream: Readonly<Record<string, Answers>> = {
  'show.flv': played('200 | video/x-flv | no-store | *'),
  'show/index.m3u8': multivariant,
  'show/hls.m3u8': multivariant,
  'show/manifest.mpd': played('200 | application/dash+xml | max-age=0, must-revalidate | *'),
  'show/keyframe.mp4': played('200 | video/mp4 | no-cache | *'),
  'show/about.json': played('200 | application/json | no-store | *'),
  'show/thumbnail.jpg': image('200 | image/jpeg | no-cache | *'),
  'show/sprites.vtt': image('200 | text/vtt; charset=utf-8 | no-cache | *'),
  'show/sprites-EPOCH-99.jpg': image('404 | no-store | *'),
  'show/beacon': [
    'GET HEAD PUT DELETE: 405 | text/plain | no-store | * | POST, OPTIONS',
    'OPTIONS: 204 | text/plain | no-store | * | POST, OPTIONS',
    `POST: ${problem(400)}`,
  ],
  'show/events': events,
  'show/whep': offer,
  'show/EPOCH/v0/index.m3u8': playlist,
  'show/EPOCH/v0/hls.m3u8': playlist,
  'show/EPOCH/v0/init-N.mp4': immutable,
  'show/EPOCH/v0/seg-N.m4s': immutable,
  'show/EPOCH/v0/part-N.m4s': immutable,
  'show/EPOCH/v9/index.m3u8': missing,
  'show/EPOCH/v0/init-999.mp4': missing,
  'show/EPOCH/v0/seg-999999.m4s': missing,
  'show/EPOCH/v0/seg-0N.m4s': missing,
  'show/EPOCH/v0/part-N.5.m4s': missing,
  'show/EPOCH/ts-v0-a0/hls.m3u8': missing,
  'show/EPOCH/v0/deeper/seg-N.m4s': missing,
  'show/other/v0/seg-N.m4s': missing,
  'show/e%31/v0/seg-N.m4s': missing,
  'show/nothing.txt': missing,
  'show/sprites-EPOCH-x.jpg': missing,
}

/** What no rule about the stream changes: it asks by itself, is the page's, or is nothing of the stream. */
const others: Readonly<Record<string, Answers>> = {
  'show': page,
  'show/': page,
  'show/nothing': page,
  'show/signal': page,
  'show/whip': offer,
  'show/whip/000000000000000000000000': session,
  'show/whep/000000000000000000000000': session,
  'show/whep/short': missing,
  'show/EPOCH/v0/': missing,
  'whip': [
    'GET HEAD: 200 | text/html; charset=utf-8 | no-cache',
    'OPTIONS: 204 | no-store | * | POST, PATCH, DELETE, OPTIONS',
    `POST: ${problem(415)}`,
    'PUT DELETE: 405 | no-store | * | POST, OPTIONS',
  ],
  'whep': page,
  'none.flv': missing,
  'none/index.m3u8': missing,
  'none/about.json': played('200 | application/json | no-store | *'),
  'none/thumbnail.jpg': image('404 | no-store | *'),
  'none/events': events,
  'none/whep': offer,
  'none/e1/v0/seg-N.m4s': missing,
  'Show/index.m3u8': noFile,
  '-show/index.m3u8': noFile,
  'sh.ow/index.m3u8': noFile,
  '%73how/index.m3u8': noFile,
  'a65/index.m3u8': noFile,
  '/index.m3u8': noFile,
  '../index.m3u8': noFile,
  'Show.flv': noFile,
  '-show.flv': noFile,
  '../live/show.flv': noFile,
}

const methodsOf = (line: string): string[] => line.slice(0, line.indexOf(':')).split(' ')

/** The same rejected: preflights carry no token, so that theirs is the answer of the resource. */
const withoutToken = (answers: Answers): Answers => {
  const options = answers.find((line) => methodsOf(line).includes('OPTIONS')) ?? ''
  return [`GET HEAD POST PUT DELETE: ${problem(401)}`, `OPTIONS${options.slice(options.indexOf(':'))}`]
}

/** Resources that have a folder, with what a token in their path answers to a preflight. */
const withToken = (answers: Answers): Answers =>
  answers.flatMap((line) => {
    const asked = methodsOf(line)
    if (!asked.includes('OPTIONS')) return [line]
    const rest = asked.filter((method) => method !== 'OPTIONS').join(' ')
    return rest === '' ? [`OPTIONS: ${preflight}`] : [`OPTIONS: ${preflight}`, `${rest}${line.slice(line.indexOf(':'))}`]
  })

describe.each(['off', '1'])('below /live, with delivery processes: %s,', (processes) => {
  let host: RunningHost
  let publisher: Publisher
  /** Media that are asked for stay listed while the walk takes its time. */
  const window = '600000'
  const run = (headers?: Record<string, string>): Promise<WalkedRun> =>
    until(async () => {
      const found = await readRun(host.http, 'show', headers)
      return found.epoch !== '' && found.init >= 0 && found.segment >= 1 && found.part >= 0 ? found : undefined
    }, 'segments of the stream')

  beforeAll(async () => {
    host = await startHost({ name: 'live-front', args: ['--delivery-processes', processes, '--window-ms', window] })
    const url = `${host.rtmp}/${await host.key('show')}`
    publisher = await publishTestStream({ url, width: 320, height: 180, videoKbps: 200 })
    await host.until('show', (state) => state.state === 'active')
    await until(async () => (await fetch(`${host.http}/live/show/thumbnail.jpg`)).status === 200, 'a thumbnail')
    await until(async () => {
      const metrics = await (await fetch(`${host.http}/metrics`)).text()
      return metrics.includes(`streams_delivery_processes ${processes === 'off' ? 0 : 1}\n`)
    }, 'the delivery processes')
  })
  afterAll(async () => {
    await publisher?.stop('SIGKILL')
    await host?.stop()
  })

  it('every resource answers every method as it always did', async () => {
    expect(await walkLive(host.http, 'show', await run())).toEqual({ ...ofStream, ...others })
  })

  it("what is a stream's asks for a token where the stream is signed, and takes it in the path", async () => {
    await host.api('PUT', '/live/streams/show/access', { mode: 'signed', allow: [], deny: [] })
    const { body } = await host.api('POST', '/live/streams/show/signed-addresses', { expiresInS: 600 })
    const walked = await run({ authorization: `Bearer ${body.token}` })
    const rejectedAnswers = Object.fromEntries(Object.entries(ofStream).map(([path, answers]) => [path, withoutToken(answers)]))
    expect(await walkLive(host.http, 'show', walked)).toEqual({ ...rejectedAnswers, ...others })

    const allowed = await walkLive(host.http, 'show', walked, { before: `@${body.token}` })
    const folder = Object.entries(ofStream).filter(([path]) => path.startsWith('show/'))
    for (const [path, answers] of folder) expect([path, allowed[path]?.toSorted()]).toEqual([path, withToken(answers).toSorted()])

    const bad = await walkLive(host.http, 'show', walked, { before: '@nonsense' })
    for (const [path] of folder)
      expect([path, bad[path]]).toEqual([path, [`GET HEAD POST PUT DELETE: ${problem(403)}`, `OPTIONS: ${preflight}`]])
    await host.api('PUT', '/live/streams/show/access', { mode: 'open', allow: [], deny: [] })
  })
})
