import { execFileSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, createServer as createNetServer, type Server as NetServer } from 'node:net'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type RunningHost, startHost } from './helpers/host.ts'
import { until } from './helpers/until.ts'

/** What editors, and everybody, may name on the host's machine and in its network: attacked from outside, over the API of a host that runs. */

let host: RunningHost
let editorToken: string
let adminToken: string
const root = mkdtempSync(join(tmpdir(), 'ami-reach-'))
const shared = join(root, 'shared')
const home = join(root, 'home')
const inShared = (name: string): string => join(shared, name)

type Answer<T = any> = { readonly status: number; readonly body: T }

async function request<T = any>(token: string, method: string, path: string, body?: unknown): Promise<Answer<T>> {
  const reply = await fetch(`${host.http}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await reply.text()
  return { status: reply.status, body: /json/.test(reply.headers.get('content-type') ?? '') ? JSON.parse(text) : null }
}
const editor = <T = any>(method: string, path: string, body?: unknown) => request<T>(editorToken, method, path, body)
const admin = <T = any>(method: string, path: string, body?: unknown) => request<T>(adminToken, method, path, body)

const collection = {
  format: 'ami-streams/collection',
  version: 1,
  name: 'Reach',
  canvases: [{ id: 'main', name: 'Main', width: 640, height: 360 }],
  scenes: [{ id: 'show', name: 'Show', items: [] }],
}

let made = 0
/** Adds a source and shows it; answers its id, or why it was rejected. */
async function add(as: typeof editor, kind: string, settings: object, more: object = {}): Promise<Answer & { readonly id: string }> {
  const id = `${kind}-${++made}`
  const edits = [
    { do: 'add', to: 'sources', value: { id, kind, settings, ...more } },
    { do: 'add', to: 'scenes/show/items', value: { source: id } },
  ]
  return { ...(await as('POST', '/studio/edits', { edits })), id }
}

async function problemOf(id: string): Promise<string | undefined> {
  const { body } = await admin('GET', `/studio/sources/${id}`)
  return body.item.report?.state === 'running' ? 'running' : body.item.report?.problem
}

/** Dark pixels of a source's frame in the hundred rows from `top` on. */
async function inkOf(id: string, top: number): Promise<number> {
  const headers = { authorization: `Bearer ${adminToken}` }
  const reply = await fetch(`${host.http}/api/v1/studio/screenshot?source=${id}`, { headers })
  if (!reply.ok) return 0
  const { data, info } = await sharp(Buffer.from(await reply.arrayBuffer()))
    .removeAlpha()
    .greyscale()
    .raw()
    .toBuffer({ resolveWithObject: true })
  return data.subarray(top * info.width, (top + 100) * info.width).filter((value) => value < 100).length
}

async function untilProblem(id: string, words: RegExp): Promise<void> {
  let problem: string | undefined
  await until(
    async () => {
      problem = await problemOf(id)
      return problem !== undefined && words.test(problem)
    },
    () => `${id} tells ${problem}`,
  )
}

beforeAll(async () => {
  for (const folder of [shared, home]) mkdirSync(folder)
  writeFileSync(inShared('title.txt'), 'Good evening')
  writeFileSync(join(home, 'diary.txt'), 'Dear diary')
  host = await startHost({ name: 'reach' })
  adminToken = (await host.api('POST', '/tokens', { label: 'admin', role: 'admin' })).body.secret
  editorToken = (await host.api('POST', '/tokens', { label: 'editor', role: 'editor' })).body.secret
  expect((await admin('PATCH', '/editor-reach', { folders: [shared] })).body).toMatchObject({ folders: [shared], hosts: [] })
  await admin('POST', '/studio/collections', { name: 'reach', collection })
  expect((await admin('POST', '/studio/collections/reach/open', {})).status).toBe(200)
})
afterAll(async () => {
  await host?.stop()
  rmSync(root, { recursive: true, force: true })
})

describe('a file that somebody names', () => {
  const secret = (): string => join(host.dataDir, 'host.json')
  /** Every way to have a file shown or read. */
  const ways = (path: string): readonly (readonly [kind: string, settings: object, more?: object])[] => [
    ['text', { from: 'file', file: path }],
    ['image', { file: path }],
    ['slideshow', { files: [path] }],
    ['media', { file: path }],
    ['playlist', { items: [{ file: path }] }],
    ['image-sequence', { files: path }],
    ['browser', { file: path }],
    ['color', {}, { filters: [{ kind: 'lut', settings: { file: path } }] }],
  ]

  it('is rejected where it is the host’s own, for admins too, and for editors where its folder is not open to them', async () => {
    for (const path of [secret(), join(host.dataDir, 'secret-box.key'), `${shared}/../../../proc/self/environ`, '/proc/self/environ']) {
      for (const [kind, settings, more] of ways(path)) {
        for (const as of [admin, editor]) {
          expect(await add(as, kind, settings, more), `${kind} ${path}`).toMatchObject({ status: 403, body: { code: 'path.forbidden' } })
        }
      }
    }
    for (const [kind, settings, more] of ways(join(home, 'diary.txt'))) {
      expect(await add(editor, kind, settings, more), kind).toMatchObject({ status: 403, body: { code: 'path.forbidden' } })
    }
    expect(await add(editor, 'slideshow', { folder: home })).toMatchObject({ status: 403 })
    expect(await add(editor, 'display', { server: 'evil.example:0' })).toMatchObject({ status: 403, body: { code: 'url.forbidden' } })
  })

  it('is shown to whoever may name it, and judged again at every look', async () => {
    const text = await add(editor, 'text', { from: 'file', file: inShared('title.txt') })
    const diary = await add(admin, 'text', { from: 'file', file: join(home, 'diary.txt') })
    expect([text.status, diary.status]).toEqual([200, 200])
    await untilProblem(text.id, /^running$/)
    await untilProblem(diary.id, /^running$/)
    // What an editor named is replaced by a link while it is shown.
    symlinkSync(secret(), inShared('link'))
    renameSync(inShared('link'), inShared('title.txt'))
    await untilProblem(text.id, /title\.txt leads elsewhere: .*host\.json belongs to the host itself/)
    rmSync(inShared('title.txt'))
    symlinkSync(join(home, 'diary.txt'), inShared('title.txt'))
    await untilProblem(text.id, /leads elsewhere: .*not in a folder that editors may use/)
    // The folder that it leads to is opened, and closed again: at once, without an edit.
    await admin('PATCH', '/editor-reach', { folders: [shared, home] })
    await untilProblem(text.id, /^running$/)
    await admin('PATCH', '/editor-reach', { folders: [shared] })
    await untilProblem(text.id, /not in a folder that editors may use/)
    await untilProblem(diary.id, /^running$/)
  })

  it('is not read through a link by any kind of source or filter, whoever named the link', async () => {
    symlinkSync(secret(), inShared('secret.png'))
    symlinkSync(secret(), inShared('secret-01.png'))
    symlinkSync(host.dataDir, inShared('folder'))
    const refused = /belongs to the host itself/
    for (const as of [editor, admin]) {
      for (const [kind, settings, more] of ways(inShared('secret.png'))) {
        if (kind === 'image-sequence') continue
        const source = await add(as, kind, settings, more)
        expect(source.status, kind).toBe(200)
        if (kind !== 'color') await untilProblem(source.id, refused)
        else {
          const problem = async () => {
            // Filters are made when somebody looks, and a scene that is being built shows nothing yet.
            await admin('GET', '/studio/screenshot?program=main')
            return (await admin('GET', `/studio/sources/${source.id}/filters`)).body.items[0].problem
          }
          await until(async () => refused.test((await problem()) ?? ''), 'the colour table is not refused')
        }
      }
      await untilProblem((await add(as, 'image-sequence', { files: inShared('secret-01.png') })).id, refused)
      await untilProblem((await add(as, 'slideshow', { folder: inShared('folder') })).id, refused)
    }
  })

  it('is not read by a page beside it', async () => {
    // The second frame is the control: it is on air when the first one would be.
    writeFileSync(inShared('beside.txt'), 'Good evening')
    const frame = (file: string) => `<iframe src="${file}" width="600" height="100" style="display:block;border:0"></iframe>`
    writeFileSync(inShared('page.html'), `<body style="margin:0;background:#fff">${frame('folder/host.json')}${frame('beside.txt')}`)
    for (const as of [editor, admin]) {
      const page = await add(as, 'browser', { file: inShared('page.html'), css: '', width: 600, height: 200 })
      // Before it is loaded all of it is black.
      await until(async () => {
        const ink = await inkOf(page.id, 100)
        return ink > 0 && ink < 10_000
      }, 'the page does not show what stands beside it')
      expect(await inkOf(page.id, 0)).toBe(0)
      await admin('DELETE', `/studio/sources/${page.id}`)
    }
  })

  it('is no list of other files where an editor names it', async () => {
    execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc=s=160x90:d=1', '-f', 'hls', inShared('list.m3u8')])
    copyFileSync(inShared('list0.ts'), join(home, 'list0.ts'))
    const list = await add(editor, 'media', { file: inShared('list.m3u8') })
    await untilProblem(list.id, /list of other files/)
    const own = await add(admin, 'media', { file: inShared('list.m3u8'), loop: true })
    await untilProblem(own.id, /^running$/)
    for (const { id } of [list, own]) await admin('DELETE', `/studio/sources/${id}`)
  })

  it('is a folder for recordings: below the studio’s own, or one that is open', async () => {
    const output = (folder: string) => ({ kind: 'recording', settings: { folder }, video: { preset: 'ultrafast', bitrateKbps: 500 } })
    const ask = (as: typeof editor, id: string, folder: string) => as('POST', '/studio/outputs', { id, ...output(folder) })
    expect(await ask(editor, 'a', home)).toMatchObject({ status: 403, body: { code: 'path.forbidden' } })
    expect(await ask(admin, 'b', join(host.dataDir, 'studio', 'collections'))).toMatchObject({ status: 403 })
    expect((await ask(editor, 'own', 'evening')).status).toBe(201)
    expect((await ask(editor, 'open', inShared('films'))).status).toBe(201)
    symlinkSync(home, inShared('elsewhere'))
    expect((await ask(editor, 'link', inShared('elsewhere'))).status).toBe(201)
    expect(await editor('POST', '/studio/outputs/link/start', {})).toMatchObject({ status: 403, body: { code: 'path.forbidden' } })
    for (const id of ['own', 'open']) {
      expect((await editor('POST', `/studio/outputs/${id}/start`, {})).status).toBe(200)
      await editor('POST', `/studio/outputs/${id}/stop`, {})
    }
    expect([existsSync(inShared('films')), existsSync(join(host.dataDir, 'studio', 'recordings', 'evening'))]).toEqual([true, true])
  })

  it('does not come back by undo, a sent document, a version or an import of an editor', async () => {
    const file = join(home, 'logo.png')
    await admin('POST', '/studio/sources', { id: 'logo', kind: 'image', settings: { file } })
    await admin('DELETE', '/studio/sources/logo')
    expect(await editor('POST', '/studio/undo', {})).toMatchObject({ status: 403, body: { code: 'path.forbidden' } })
    const whole = (await editor('GET', '/studio/collection')).body.collection
    expect(whole).not.toHaveProperty('byEditors')
    const logo = { id: 'logo', name: 'Logo', kind: 'image', settings: { file }, filters: [] }
    const sent = { ...whole, sources: [...whole.sources, logo], byEditors: '' }
    expect(await editor('PUT', '/studio/collection', sent)).toMatchObject({ status: 403, body: { code: 'path.forbidden' } })
    expect(await editor('POST', '/studio/collections', { name: 'sent', collection: sent })).toMatchObject({ status: 403 })
    expect((await admin('POST', '/studio/undo', {})).status).toBe(200)

    const obs = {
      name: 'obs',
      current_scene: 'Scene',
      sources: [
        { id: 'scene', name: 'Scene', settings: { items: [{ name: 'Logo', id: 1 }] } },
        { id: 'image_source', versioned_id: 'image_source', name: 'Logo', settings: { file } },
      ],
    }
    const imported = await editor('POST', '/studio/import/obs', { name: 'from-obs', document: obs })
    expect(imported.status).toBe(201)
    expect(imported.body.notCarried).toContainEqual({ place: 'source "Logo"', reason: `${file} is not in a folder that editors may use` })
    expect((await admin('GET', '/studio/collections/from-obs')).body.sources[0].settings).not.toHaveProperty('file')
    await admin('POST', '/studio/import/obs', { name: 'by-admin', document: obs })
    expect((await editor('GET', '/studio/collections/by-admin')).body.sources[0].settings.file).toBe(file)
    await admin('DELETE', '/studio/collections/by-admin')
    const [version] = (await editor('GET', '/studio/collections/by-admin/versions')).body.items
    expect(await editor('POST', `/studio/collections/by-admin/versions/${version.id}/restore`, {})).toMatchObject({ status: 403 })
  })
})

describe('what admins open to editors', () => {
  it('is read by editors, changed by admins, and rejected where it would open the host’s own', async () => {
    expect((await editor('GET', '/editor-reach')).body).toMatchObject({
      folders: [shared],
      mediaFolders: expect.arrayContaining([join(host.dataDir, 'media')]),
    })
    expect((await editor('PATCH', '/editor-reach', { folders: ['/'] })).status).toBe(403)
    expect(await admin('PATCH', '/editor-reach', { folders: [host.dataDir] })).toMatchObject({
      status: 400,
      body: { code: 'request.invalid' },
    })
    expect(await admin('PATCH', '/editor-reach', { folders: ['relative'] })).toMatchObject({ status: 400 })
    expect(await admin('PATCH', '/editor-reach', { hosts: ['http://nas.lan/'] })).toMatchObject({ status: 400 })
    // Everything is open, but for what is the host's.
    await admin('PATCH', '/editor-reach', { folders: ['/'] })
    expect((await add(editor, 'text', { from: 'file', file: join(home, 'diary.txt') })).status).toBe(200)
    expect((await add(editor, 'text', { from: 'file', file: join(host.dataDir, 'host.json') })).status).toBe(403)
    await admin('PATCH', '/editor-reach', { folders: [shared] })
  })
})

/** A server that nobody may reach without leave, and who came all the same. */
interface Watched {
  readonly server: Server
  readonly host: string
  readonly port: number
  /** Connections, whatever was said on them. */
  connections: number
  readonly requests: IncomingMessage[]
}

async function watched(address: string, answer: RequestListener): Promise<Watched> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, address, resolve))
  const made: Watched = { server, host: address, port: (server.address() as AddressInfo).port, connections: 0, requests: [] }
  server.on('connection', () => made.connections++)
  server.on('request', (incoming, outgoing) => {
    made.requests.push(incoming)
    answer(incoming, outgoing)
  })
  return made
}

describe('a URL that somebody names', () => {
  /** What is inside: nothing that an editor named may connect to it. */
  let inner: Watched
  /** By its IP address, and by a name that only the name server can resolve. */
  let innerHosts: readonly [address: string, name: string]
  /** Opened by an admin; redirects `/to/HOST` to the inner server's HOST. */
  let outer: Watched
  /** What the outer server answers at a path. */
  const pages = new Map<string, { readonly type: string; readonly body: string }>()
  /** Opened, too: sends everybody to the inner server by RTSP. */
  let rtsp: NetServer
  let rtspPort: number
  const text = (incoming: IncomingMessage): string => `text for ${incoming.url}`

  beforeAll(async () => {
    outer = await watched('127.0.0.1', (incoming, outgoing) => {
      const to = /^\/to\/(.+)/.exec(incoming.url ?? '')?.[1]
      const page = pages.get(incoming.url ?? '')
      if (page !== undefined) outgoing.setHeader('content-type', page.type).end(page.body)
      else if (to === undefined) outgoing.end(text(incoming))
      else outgoing.writeHead(307, { location: `http://${to}` }).end()
    })
    rtsp = createNetServer((socket) => {
      socket.on('error', () => undefined)
      socket.on('data', () => socket.write(`RTSP/1.0 302 Found\r\nCSeq: 1\r\nLocation: rtsp://${innerHosts[0]}/\r\n\r\n`))
    })
    await new Promise<void>((resolve) => rtsp.listen(0, '127.0.0.1', resolve))
    rtspPort = (rtsp.address() as AddressInfo).port
    const opened = [outer.port, rtspPort, new URL(host.http).port, host.rtmpPort]
    await admin('PATCH', '/editor-reach', { hosts: opened.map((port) => `127.0.0.1:${port}`) })
    await admin('POST', '/live/demo', { name: 'demo' })
  })
  // One for each test: a URL that an admin writes, too, is no longer limited to what editors may use.
  beforeEach(async () => {
    const { address } = await lookup(hostname())
    inner = await watched(address, (incoming, outgoing) => outgoing.end(text(incoming)))
    innerHosts = [`${address.includes(':') ? `[${address}]` : address}:${inner.port}`, `${hostname()}:${inner.port}`]
  })
  afterEach(() => close(inner))
  const close = ({ server }: Watched): void => {
    server.closeAllConnections()
    server.close()
  }
  afterAll(async () => {
    await admin('PATCH', '/editor-reach', { hosts: [] })
    await admin('DELETE', '/live/demo')
    close(outer)
    rtsp.close()
  })

  const forbidden = { status: 403, body: { code: 'url.forbidden' } }
  const refused = /is not on the public internet: editors may not use it unless an admin allows the host/

  it('is rejected where it is written, if it says by itself that it leads inside', async () => {
    const [address] = innerHosts
    for (const host of [address, `127.1:${inner.port}`, `localhost:${inner.port}`, `[::ffff:127.0.0.1]:${inner.port}`, 'nas.lan']) {
      expect(await add(editor, 'text', { from: 'url', url: `http://${host}/` }), host).toMatchObject(forbidden)
      expect(
        await editor('POST', '/live/streams/demo/destinations', { template: 'custom', url: `rtmp://${host}/app`, key: 'k' }),
      ).toMatchObject(forbidden)
    }
    expect(inner.connections).toBe(0)
  })

  it('is a text that is read from public hosts and opened ones alone, redirects too', async () => {
    const [address, name] = innerHosts
    for (const url of [`http://${name}/`, `http://127.0.0.1:${outer.port}/to/${address}/`, `http://127.0.0.1:${outer.port}/to/${name}/`]) {
      const { status, id } = await add(editor, 'text', { from: 'url', url, pollMs: 1000 })
      expect(status, url).toBe(200)
      await untilProblem(id, refused)
    }
    expect(inner.connections).toBe(0)
    const opened = await add(editor, 'text', { from: 'url', url: `http://127.0.0.1:${outer.port}/plain` })
    await untilProblem(opened.id, /^running$/)
    const own = await add(admin, 'text', { from: 'url', url: `http://127.0.0.1:${outer.port}/to/${name}/` })
    await untilProblem(own.id, /^running$/)
    expect(inner.requests[0]?.headers.via).toContain('ami-streams')
  })

  it('is a destination that is connected to under the same conditions', async () => {
    const [address, name] = innerHosts
    const make = async (as: typeof editor, template: string, url: string) => {
      const made = await as('POST', '/live/streams/demo/destinations', { template, url, ...(template === 'custom' && { key: 'k' }) })
      expect(made.status, url).toBe(201)
      return made.body.id as string
    }
    const errorOf = async (id: string) => (await admin('GET', `/live/streams/demo/destinations/${id}`)).body.error
    const untilRejected = async (id: string, url: string) => {
      let error: { readonly code: string; readonly message: string } | null = null
      await until(
        async () => {
          error = await errorOf(id)
          return error?.code === 'url.forbidden'
        },
        () => `${url} is not refused: ${JSON.stringify(error)}`,
      )
    }
    for (const [template, url] of [
      ['custom', `rtmp://${name}/app`],
      ['custom', `rtmps://${name}/app`],
      ['srt', `srt://${name}`],
      ['whip', `http://${name}/whip`],
      ['whip', `http://127.0.0.1:${outer.port}/to/${address}/`],
    ] as const) {
      const id = await make(editor, template, url)
      await untilRejected(id, url)
      expect((await errorOf(id)).message).toMatch(refused)
    }
    expect(inner.connections).toBe(0)
    const own = await make(admin, 'whip', `http://127.0.0.1:${outer.port}/to/${name}/`)
    await until(() => inner.connections > 0, 'an admin’s destination is not connected to')
    // What an editor makes of it is theirs.
    await editor('PATCH', `/live/streams/demo/destinations/${own}`, { url: `http://${name}/other` })
    await untilRejected(own, 'the changed one')
  })

  it('is an output of the studio under the same conditions', async () => {
    const [, name] = innerHosts
    const make = (as: typeof editor, id: string) =>
      as('POST', '/studio/outputs', {
        id,
        kind: 'rtmp',
        settings: { url: `rtmp://${name}/${id}`, key: 'k' },
        video: { preset: 'ultrafast', bitrateKbps: 500 },
      })
    for (const [id, as] of [
      ['of-editor', editor],
      ['of-admin', admin],
    ] as const) {
      expect((await make(as, id)).status).toBe(201)
      await editor('POST', `/studio/outputs/${id}/start`, {})
    }
    const reportOf = async (id: string) => (await admin('GET', `/studio/outputs/${id}`)).body.item.report
    let report: { readonly error: { readonly code: string } | null } | null = null
    await until(
      async () => {
        report = await reportOf('of-editor')
        return report?.error?.code === 'url.forbidden'
      },
      () => `the output tells ${JSON.stringify(report)}`,
    )
    await until(() => inner.connections > 0, 'an admin’s output is not connected to')
    await admin('DELETE', '/studio/outputs/of-admin')
    await admin('DELETE', '/studio/outputs/of-editor')
  })

  /** As `untilProblem`, for a source that is away for whatever reason. */
  const untilAway = (id: string, url: string) =>
    until(async () => ((await admin('GET', `/studio/sources/${id}`)).body.item.report?.problem ?? '') !== '', `${url} has no problem`)

  it('is media that is fetched under the same conditions, redirects and playlists too', async () => {
    const [address, name] = innerHosts
    const at = `127.0.0.1:${outer.port}`
    const list = (uri: string) => ({ type: 'text/plain', body: `#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n${uri}\n#EXT-X-ENDLIST\n` })
    pages.set('/list.m3u8', list(`http://${address}/one.ts`))
    pages.set('/proxy.m3u8', list(`httpproxy://${address}/one.ts`))
    pages.set('/admin.m3u8', list(`http://${address}/one.ts`))
    for (const [kind, url] of [
      ['media', `http://${name}/one.mp4`],
      ['media', `http://${at}/to/${address}/one.mp4`],
      ['playlist', `http://${at}/to/${name}/one.mp4`],
      ['stream', `http://${name}/one.ts`],
      ['stream', `http://${at}/to/${name}/one.ts`],
      ['stream', `rtmp://${name}/app/one`],
      ['stream', `rtmps://${name}/app/one`],
      ['stream', `rtsp://${name}/one`],
      ['stream', `srt://${name}`],
    ] as const) {
      const settings = kind === 'media' ? { file: url } : kind === 'playlist' ? { items: [{ file: url }] } : { address: url }
      const { id, status } = await add(editor, kind, settings)
      expect(status, url).toBe(200)
      await untilProblem(id, refused)
      await admin('DELETE', `/studio/sources/${id}`)
    }
    for (const [kind, url] of [
      ['media', `http://${at}/list.m3u8`],
      ['media', `http://${at}/proxy.m3u8`],
      ['stream', `rtsp://127.0.0.1:${rtspPort}/one`],
    ] as const) {
      const { id } = await add(editor, kind, kind === 'media' ? { file: url } : { address: url })
      await untilAway(id, url)
      await admin('DELETE', `/studio/sources/${id}`)
    }
    expect(inner.connections).toBe(0)
    for (const [kind, settings] of [
      ['media', { file: `http://${at}/admin.m3u8` }],
      ['stream', { address: `rtsp://127.0.0.1:${rtspPort}/of-admin` }],
    ] as const) {
      const before = inner.connections
      const { id } = await add(admin, kind, settings)
      await until(() => inner.connections > before, `an admin’s ${kind} does not follow`)
      await admin('DELETE', `/studio/sources/${id}`)
    }
  })

  it('is a live stream that plays from an opened host: RTMP, HLS', async () => {
    for (const url of [`rtmp://127.0.0.1:${host.rtmpPort}/live/demo`, `${host.http}/live/demo/hls.m3u8`]) {
      const { id } = await add(editor, 'stream', { address: url })
      // A busy machine makes the test stream's keyframes late.
      await until(async () => (await problemOf(id)) === 'running', `${url} does not play`, 180_000)
      await admin('DELETE', `/studio/sources/${id}`)
    }
  })

  it('is a page that reaches nothing inside, whatever its redirects, frames and scripts try', async () => {
    const [address, name] = innerHosts
    const at = `127.0.0.1:${outer.port}`
    for (const url of [`http://${name}/`, `http://${at}/to/${address}/`, `http://${at}/to/${name}/`]) {
      const { id } = await add(editor, 'browser', { url, width: 320, height: 180 })
      await untilProblem(id, refused)
      await admin('DELETE', `/studio/sources/${id}`)
    }
    expect(inner.connections).toBe(0)
    let datagrams = 0
    const udp = createSocket('udp4').on('message', () => datagrams++)
    await new Promise<void>((resolve) => udp.bind(0, inner.host, resolve))
    const stun = `${inner.host}:${udp.address().port}`
    const page = (who: string) => {
      pages.set(`/${who}.html`, {
        type: 'text/html',
        body: `<body><iframe src="http://${address}/frame"></iframe><img src="http://${name}/image"><script>
          const peer = new RTCPeerConnection({ iceServers: [{ urls: 'stun:${stun}' }, { urls: 'turn:${address}?transport=tcp', username: 'a', credential: 'b' }] })
          peer.createDataChannel('a')
          peer.createOffer().then((offer) => peer.setLocalDescription(offer))
          const gathered = new Promise((resolve) => { peer.onicegatheringstatechange = () => peer.iceGatheringState === 'complete' && resolve() })
          const socket = new Promise((resolve) => { const one = new WebSocket('ws://${address}/socket'); one.onclose = one.onerror = resolve })
          const asked = ['${address}', '${name}'].map((host) => fetch('http://' + host + '/fetch', { mode: 'no-cors' }).catch(() => undefined))
          const late = new Promise((resolve) => setTimeout(resolve, 15000))
          Promise.race([Promise.all([gathered, socket, ...asked]), late]).then(() => fetch('/done-${who}'))
        </script>`,
      })
      return `http://${at}/${who}.html`
    }
    const done = (who: string) => until(() => outer.requests.some(({ url }) => url === `/done-${who}`), `the page of ${who} does not end`)
    const tried = await add(editor, 'browser', { url: page('editor'), width: 320, height: 180 })
    await done('editor')
    expect([inner.connections, datagrams]).toEqual([0, 0])
    await admin('DELETE', `/studio/sources/${tried.id}`)
    const own = await add(admin, 'browser', { url: page('admin'), width: 320, height: 180 })
    await done('admin')
    const paths = new Set(inner.requests.map(({ url }) => url))
    expect([...paths]).toEqual(expect.arrayContaining(['/frame', '/image', '/fetch']))
    expect(datagrams).toBeGreaterThan(0)
    await admin('DELETE', `/studio/sources/${own.id}`)
    udp.close()
  })

  it('is no way for a page to be this host’s owner, whoever named it', async () => {
    const at = new URL(host.http).host
    // Requests from this machine are an admin's here.
    expect((await fetch(`${host.http}/api/v1/tokens`)).status).toBe(200)
    for (const url of [
      `http://${at}/api/v1/tokens`,
      `http://localhost:${at.split(':')[1]}/api/v1/tokens`,
      `http://127.0.0.1:${outer.port}/to/${at}/api/v1/tokens`,
    ]) {
      const { id } = await add(admin, 'browser', { url, width: 320, height: 180 })
      await untilProblem(id, /answers 401/)
      await admin('DELETE', `/studio/sources/${id}`)
    }
    const player = await add(admin, 'browser', { url: `http://${at}/watch/demo`, width: 320, height: 180 })
    await until(
      async () => (await admin('GET', `/studio/sources/${player.id}`)).body.item.report?.state === 'running',
      'the player does not open',
    )
    await admin('DELETE', `/studio/sources/${player.id}`)
  })
})
