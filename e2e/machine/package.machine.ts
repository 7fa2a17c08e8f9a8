import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { complaintsOf, readFrames, recordFrames } from '../helpers/decode.ts'
import { bootMachine, type Machine, noMachine } from '../helpers/machine.ts'
import { installDeb, leftOvers, type Streams, streamsOf } from '../helpers/packaged-program.ts'
import { noPackage, packedDeb, packedVersion } from '../helpers/packed.ts'
import { testClip } from '../helpers/publish.ts'
import { live, openShow } from '../helpers/show.ts'
import { skipBecause } from '../helpers/skip.ts'
import { undisturbed, until } from '../helpers/until.ts'
import { watchRestart } from '../helpers/watched-restart.ts'

const reason = noMachine() ?? noPackage()
/** Longest time without a new frame of own sources and slates while the service is restarted, ms. */
const maxGapMs = 2000
const newVersion = '0.0.2~test'
const system = '/var/lib/ami-streams'

describe('the Debian package, from its installation to its end', () => {
  let machine: Machine
  let program: Streams
  let url: string
  const folder = mkdtempSync(join(tmpdir(), 'ami-streams-'))
  const inData = (...args: string[]): string[] => ['--data', system, ...args]
  const api = async (method: string, path: string, body?: unknown): Promise<{ status: number; body: any }> => {
    const reply = await fetch(`${url}/api/v1${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    const text = await reply.text()
    return { status: reply.status, body: text === '' ? undefined : JSON.parse(text) }
  }
  const stream = async (name: string): Promise<any> => (await api('GET', `/live/streams/${name}`).catch(() => undefined))?.body
  const isActive = async (name: string): Promise<boolean> => {
    const { state, tracks } = (await stream(name)) ?? {}
    return state === 'active' && tracks.length > 0
  }
  const installedVersion = async (): Promise<string> =>
    /^Version: (.*)$/m.exec(await machine.do(['dpkg', '--status', 'ami-streams']))?.[1] ?? ''

  beforeAll(async () => {
    if (reason !== undefined) return
    machine = await bootMachine()
    program = streamsOf(machine)
    url = `http://127.0.0.1:${await machine.forward(8080)}`
    await installDeb(machine, packedDeb())
    await machine.addUser('tester')
  })
  afterAll(async () => {
    await machine?.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  beforeEach((context) => {
    if (reason !== undefined) skipBecause(context, reason)
  })

  it('starts nothing by itself', async () => {
    expect(await installedVersion()).toBe(packedVersion)
    for (const scope of ['--system', '--user'])
      expect(await program.json(['service', 'status', scope], 'tester')).toMatchObject({ found: true, active: 'inactive', enabled: false })
  })

  it('is started by an ordinary user with `streams`, and keeps their data in their home folder', async () => {
    const running = program.run([], 'tester')
    const home = join(machine.root, 'home/tester/.local/share/ami-streams')
    const started = (): { pid: number } | undefined =>
      existsSync(join(home, 'host.json')) ? JSON.parse(readFileSync(join(home, 'host.json'), 'utf8')) : undefined
    const { pid } = await until(started, 'the host of the user')
    await program.json(['demo'], 'tester')
    await until(async () => (await fetch(`${url}/live/demo/index.m3u8`)).ok, 'a playlist')
    const file = join(folder, 'user.mkv')
    await recordFrames(`${url}/live/demo/index.m3u8`, file, 30)
    expect((await readFrames(file)).filter(({ code }) => code !== undefined)).toHaveLength(30)
    // There is no program of that name in a Debian this small.
    await machine.do(['sh', '-c', `kill ${pid}`])
    const { code, out } = await running
    expect([code, out]).toEqual([0, expect.stringContaining('No window: there is no display')])
    expect(existsSync(join(home, 'streams.db'))).toBe(true)
  })

  it('is a service of that user, which runs while they are not logged in', async () => {
    expect(await program.json(['service', 'install'], 'tester')).toMatchObject({
      scope: 'user',
      active: 'active',
      enabled: true,
      lingers: true,
      changed: false,
    })
    expect(await program.json(['status'], 'tester')).toMatchObject({
      status: 'ok',
      journal: 'journalctl --user --unit ami-streams',
    })
    expect((await program.json(['service', 'remove'], 'tester')).dataDir).toBe('/home/tester/.local/share/ami-streams')
    expect(await program.json(['service', 'status'], 'tester')).toMatchObject({ active: 'inactive', enabled: false })
    // Beside the service of the machine from here on.
    const ports = { httpPort: 0, httpsPort: 'off', rtmpPort: 0, rtmpsPort: 'off', srtPort: 'off', webrtcPort: 'off' }
    const script = 'printf %s "$1" >~/.local/share/ami-streams/config.json'
    await machine.do(['sh', '-c', script, 'sh', JSON.stringify(ports)], 'tester')
    expect(await program.json(['service', 'install'], 'tester')).toMatchObject({ active: 'active', enabled: true })
  })

  it('is a service of the machine, whose shows are recorded', async () => {
    expect((await program.json(['service', 'install', '--system'], 'tester')).error.code).toBe('service.not_permitted')
    // A slate that is soon there, and stays.
    const options = 'STREAMS_FAILOVER_SLATE_AFTER_MS=100\nSTREAMS_RECONNECT_WINDOW_MS=3600000\n'
    writeFileSync(join(machine.root, 'etc/default/ami-streams'), options)
    expect(await program.json(['service', 'install', '--system'])).toMatchObject({ active: 'active', enabled: true, dataDir: system })
    const show = await openShow({ api } as Parameters<typeof openShow>[0])
    await show.add('file', 'recording', { container: 'mkv' })
    await show.start('file')
    await show.until('file', (report) => live(report) && report.statistics.durationMs > 3000)
    await show.stop('file')
    const { items } = (await api('GET', '/studio/files?output=file')).body
    const file = join(machine.root, items[0].path)
    expect(await complaintsOf(file)).toBe('')
    // The first frames may be from before the source had any; a busy machine composites few.
    const numbers = (await readFrames(file)).flatMap(({ code }) => code?.frame ?? [])
    expect(numbers.length).toBeGreaterThan(20)
    // A busy machine may leave out frames of the show, and shows one again where its source is late; none is out of order.
    const steps = numbers.slice(1).map((number, index) => number - numbers[index]!)
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(0)
    expect(steps.filter((step) => step === 0).length).toBeLessThanOrEqual(numbers.length / 20)
  })

  it('is restarted while it is live: no connection is rejected, own sources and slates are away for 2 s at most', async () => {
    const clip = await testClip('machine', { width: 320, height: 180, frames: 300, videoKbps: 300 })
    await program.json(inData('demo'))
    await until(() => isActive('demo'), 'the test stream')
    const key = (await api('POST', '/live/keys', { stream: 'slate', restartWindowMs: 0 })).body.secret
    const publisher = publishIn(machine, clip, `rtmp://127.0.0.1:1935/live/${key}`, 'flv')
    await until(() => isActive('slate'), 'a stream')
    expect((await api('PATCH', '/live/streams/slate/slate', { slate: 'default' })).status).toBe(200)
    publisher.kill('SIGKILL')
    await until(async () => (await stream('slate')).onAir === 'slate', 'a slate')
    await undisturbed(async () => {
      const seen = await watchRestart(machine, () => program.json(['service', 'restart', '--system']))
      process.stdout.write(`restart: ${JSON.stringify(seen)}\n`)
      expect(seen.rejected).toEqual([])
      // A connection that was open already can break.
      expect(seen.failed.filter((each) => !/ECONNRESET|socket hang up/.test(each))).toEqual([])
      expect(seen.answered).toBeGreaterThan(20)
      expect(seen.connected).toBeGreaterThan(20)
      expect(seen.gapMs).toBeLessThanOrEqual(maxGapMs)
      expect(Math.max(...Object.values(seen.waitsMs))).toBeLessThanOrEqual(maxGapMs)
    })
  })

  it('takes an SRT publisher back over a restart', async () => {
    const clip = await testClip('machine', { width: 320, height: 180, frames: 300, videoKbps: 300 })
    const key = (await api('POST', '/live/keys', { stream: 'srt' })).body.secret
    let publisher: ChildProcess | undefined
    let ended = false
    // As encoders do: again when the connection was lost.
    const publish = (): void => {
      publisher = publishIn(machine, clip, `srt://127.0.0.1:8890?streamid=${key}`, 'mpegts')
      publisher.once('exit', () => ended || setTimeout(publish, 500))
    }
    onTestFinished(() => {
      ended = true
      publisher?.kill('SIGKILL')
    })
    publish()
    await until(() => isActive('srt'), 'an SRT publisher')
    const before = (await api('GET', '/host')).body.run
    await program.json(['service', 'restart', '--system'])
    await until(async () => (await api('GET', '/host')).body.run !== before, 'another host')
    await until(() => isActive('srt'), 'the SRT publisher is back')
    const file = join(folder, 'srt.mkv')
    await recordFrames(`${url}/live/srt/index.m3u8`, file, 30)
    expect((await readFrames(file)).filter(({ code }) => code !== undefined)).toHaveLength(30)
  })

  it('is upgraded while it is live, and keeps the data', async () => {
    const before = { keys: (await api('GET', '/live/keys')).body.items, files: (await api('GET', '/studio/files')).body.items }
    expect([before.keys.length > 0, before.files.length > 0]).toEqual([true, true])
    const ofUser = async (): Promise<string> => (await program.json(['status'], 'tester')).host.run
    const runBefore = await ofUser()
    const deb = packedDeb(newVersion)
    const seen = await watchRestart(machine, () => installDeb(machine, deb))
    process.stdout.write(`upgrade: ${JSON.stringify(seen)}\n`)
    expect(seen.rejected).toEqual([])
    expect(await installedVersion()).toBe(newVersion)
    expect({ keys: (await api('GET', '/live/keys')).body.items, files: (await api('GET', '/studio/files')).body.items }).toEqual(before)
    expect(await program.json(['service', 'status', '--system'])).toMatchObject({ active: 'active', enabled: true })
    expect(await program.json(['service', 'status'], 'tester')).toMatchObject({ active: 'active', enabled: true })
    expect(await ofUser(), 'the service of the user goes on with the new program').not.toBe(runBefore)
  })

  it('is removed with its services, keeps the data, and leaves nothing once it is purged', async () => {
    await machine.do(['dpkg', '--remove', 'ami-streams'])
    expect((await machine.run(['systemctl', 'is-active', 'ami-streams'])).out.trim()).toBe('inactive')
    expect((await machine.run(['systemctl', '--user', 'is-active', 'ami-streams'], 'tester')).out.trim()).toBe('inactive')
    expect(await leftOvers(machine)).toContain('var/lib/ami-streams/streams.db')
    await machine.do(['dpkg', '--purge', 'ami-streams'])
    expect(await leftOvers(machine)).toEqual([])
    expect(existsSync(join(machine.root, 'home/tester/.local/share/ami-streams/streams.db'))).toBe(true)
  })
})

/** Publishes a file again and again, from a process of this machine in the other's network. */
function publishIn(machine: Machine, clip: string, to: string, format: string): ChildProcess {
  const from = ['-hide_banner', '-loglevel', 'error', '-nostdin', '-stream_loop', '-1', '-re', '-i', clip]
  return machine.inNetwork(['ffmpeg', ...from, '-c', 'copy', '-f', format, to])
}
