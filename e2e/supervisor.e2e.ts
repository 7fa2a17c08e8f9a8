import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { crashLogName } from '../src-main/host/supervisor/crash-log.ts'
import { HostSupervisor, usualPolicy } from '../src-main/host/supervisor/host-supervisor.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { root } from './helpers/paths.ts'
import { type Publisher, publishFile, testClip } from './helpers/publish.ts'
import { openShow } from './helpers/show.ts'
import { until } from './helpers/until.ts'

/** What every program of these tests starts with: `round` is how often it was started, `say` speaks to the supervisor. */
const prelude = `
const fs = require('node:fs')
const [dataDir] = process.argv.slice(1)
fs.appendFileSync(dataDir + '/rounds', process.env.STREAMS_SUPERVISOR + '\\n')
const round = fs.readFileSync(dataDir + '/rounds', 'utf8').split('\\n').length - 1
const say = (message) => fs.writeSync(3, JSON.stringify(message) + '\\n')
const ports = { httpPort: 81, httpsPort: null, rtmpPort: 82, rtmpsPort: null, srtPort: null }
const listen = () => say({ kind: 'ready', version: '1.2.3', dataDir, ports })
const beat = () => setInterval(() => say({ kind: 'beat' }), 20)
`

function supervise(program: string, policy: Partial<typeof usualPolicy> = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), 'ami-streams-'))
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }))
  const stderr = new PassThrough()
  let said = ''
  stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const supervisor = new HostSupervisor({
    command: [process.execPath, '--inspect-port=127.0.0.1:0', '-e', prelude + program, dataDir],
    env: process.env,
    stderr: stderr as unknown as NodeJS.WriteStream,
    onTerminal: false,
    policy: { ...usualPolicy, firstMs: 1, maxMs: 5, ...policy },
  })
  const read = (name: string): string => {
    try {
      return readFileSync(join(dataDir, name), 'utf8')
    } catch {
      return ''
    }
  }
  return {
    supervisor,
    said: () => said,
    crashes: () => read(crashLogName),
    handovers: () => read('rounds').trim().split('\n'),
    dataDir,
  }
}

describe('the supervisor of the host', () => {
  it.each([
    ['a command that succeeds', '', 0],
    ['a command that fails', 'console.error("port in use"); process.exitCode = 1', 1],
    ['a host that never listened', 'throw new Error("broken")', 1],
    ['a host that was asked to end and failed at it', 'listen(); say({ kind: "ending" }); process.exitCode = 3', 3],
    ['a host that ended by itself', 'listen()', 0],
  ])('passes the exit code of %s through', async (_name, program, exitCode) => {
    const { supervisor, handovers, crashes } = supervise(program)
    expect(await supervisor.run()).toEqual({ exitCode })
    expect(handovers()).toEqual(['{"stderrIsTerminal":false}'])
    expect(crashes()).toBe('')
  })

  it('starts a host again that crashed, at the same ports, and logs the stack', async () => {
    const { supervisor, handovers, crashes, said, dataDir } = supervise(`
      listen()
      function forgetful() { throw new Error('nobody expected this') }
      if (round === 1) Promise.reject(new Error('a rejection')), setTimeout(forgetful, 1000)
      if (round === 2) forgetful()
      if (round === 3) { say({ kind: 'window', pid: 77 }); process.kill(process.pid, 'SIGKILL') }
      if (round === 4) process.abort()
    `)
    expect(await supervisor.run()).toEqual({ exitCode: 0 })
    const ports = { httpPort: 81, httpsPort: null, rtmpPort: 82, rtmpsPort: null, srtPort: null }
    expect(handovers().map((each) => JSON.parse(each).restart)).toEqual([
      undefined,
      { cause: 'failed (exit code 1)', ports },
      { cause: 'failed (exit code 1)', ports },
      { cause: 'was killed (SIGKILL)', ports, windowPid: 77 },
      { cause: 'crashed (SIGABRT)', ports, windowPid: 77 },
    ])
    const titles = crashes().match(/^\d.*$/gm)
    expect(titles).toEqual([
      expect.stringMatching(/^\d{4}-\S+Z AMI Streams 1\.2\.3 failed \(exit code 1\) after \d+ s; started again$/),
      expect.stringContaining('failed (exit code 1)'),
      expect.stringContaining('was killed (SIGKILL)'),
      expect.stringContaining('crashed (SIGABRT)'),
    ])
    expect(crashes()).toMatch(/Error: a rejection\n {8}at /)
    expect(crashes()).toMatch(/Error: nobody expected this\n {8}at forgetful /)
    expect(statSync(join(dataDir, crashLogName)).mode & 0o777).toBe(0o600)
    expect(said()).toContain(`The host was killed (SIGKILL). It is started again. See crashes.log in ${dataDir}.`)
    expect(said()).toContain('Error: nobody expected this')
  })

  it('names the code in which the event loop hangs, and starts the host again', async () => {
    const { supervisor, handovers, crashes } = supervise(
      `
      function turnForEver() { for (;;) Math.random() }
      const beats = beat()
      listen()
      if (round === 1) setTimeout(turnForEver, 50)
      else clearInterval(beats)
    `,
      { silenceMs: 400 },
    )
    expect(await supervisor.run()).toEqual({ exitCode: 0 })
    expect(handovers()).toHaveLength(2)
    expect(crashes()).toContain('did not answer for 0.4 s')
    expect(crashes()).toMatch(/It ran:\n {8}at turnForEver \(/)
  })

  it('gives up after too many crashes in a row, and says where the reasons are', async () => {
    const { supervisor, handovers, dataDir } = supervise(`if (round === 1) listen(); process.exit(9)`, { maxCrashes: 3 })
    const { exitCode, failure } = await supervisor.run()
    expect([exitCode, handovers().length]).toEqual([9, 3])
    expect(failure).toEqual({
      code: 'host.crashes',
      message: 'The host ended 3 times in a row and is not started again: it could not start again (exit code 9).',
      remedy: `See crashes.log in ${dataDir}.`,
    })
  })

  it('passes on the sockets of a service manager to each host, until they are released', async () => {
    const sockets = [createServer(), createServer()]
    onTestFinished(() => {
      for (const one of sockets) one.close()
    })
    for (const one of sockets) await new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve))
    // As systemd starts it: the first descriptors after the standard streams, and who they are for.
    const entry = join(root, 'dist/host/supervisor.js')
    const host = `${prelude}
      const { sockets } = JSON.parse(process.env.STREAMS_SUPERVISOR)
      const links = sockets.map(({ fd }) => fs.readlinkSync('/proc/self/fd/' + fd))
      const above = fs.existsSync('/proc/self/fd/5') && fs.readlinkSync('/proc/self/fd/5').startsWith('socket:')
      fs.appendFileSync(dataDir + '/seen', JSON.stringify({ sockets, links, passed: process.env.LISTEN_FDS ?? null, above }) + '\\n')
      listen()
      if (round === 1) { say({ kind: 'release', sockets: ['kept-http'] }); setTimeout(() => process.abort(), 300) }
    `
    const dataDir = mkdtempSync(join(tmpdir(), 'ami-streams-'))
    onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }))
    const program = `
      import { HostSupervisor } from ${JSON.stringify(pathToFileURL(entry).href)}
      const env = { ...process.env, LISTEN_PID: String(process.pid), LISTEN_FDS: '2', LISTEN_FDNAMES: 'rtmp:kept-http' }
      const supervisor = new HostSupervisor({ command: [process.execPath, '-e', ${JSON.stringify(host)}, ${JSON.stringify(dataDir)}], env, stderr: process.stderr, onTerminal: false })
      await supervisor.run()
    `
    const handles = sockets.map((one) => (one as unknown as { _handle: { fd: number } })._handle.fd)
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'inherit', 'inherit', ...handles] })
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0)
    const seen = readFileSync(join(dataDir, 'seen'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(seen).toEqual([
      {
        sockets: [
          { name: 'rtmp', fd: 4 },
          { name: 'kept-http', fd: 5 },
        ],
        links: [expect.stringMatching(/^socket:/), expect.stringMatching(/^socket:/)],
        passed: null,
        above: true,
      },
      { sockets: [{ name: 'rtmp', fd: 4 }], links: [seen[0].links[0]], passed: null, above: false },
    ])
  })

  describe('asked to replace the host', () => {
    /** `onHandOver`: what the first host does when another takes over; `standby`: what that one does once it runs. */
    const replaceable = (onHandOver: string, standby = `say({ kind: 'standby', path: '/sockets/' + round })`) =>
      supervise(`
        const { createInterface } = require('node:readline')
        const { Socket } = require('node:net')
        createInterface({ input: new Socket({ fd: 3 }) }).on('line', (line) => {
          const message = JSON.parse(line)
          fs.appendFileSync(dataDir + '/events', round + ' ' + line + '\\n')
          if (message.kind === 'hand-over') { ${onHandOver} }
          if (message.kind === 'go') listen()
        })
        beat()
        if (JSON.parse(process.env.STREAMS_SUPERVISOR).standby) { ${standby} } else listen()
      `)
    const eventsOf = (dataDir: string): string[] =>
      existsSync(join(dataDir, 'events')) ? readFileSync(join(dataDir, 'events'), 'utf8').trim().split('\n') : []

    it.each([
      ['ends', `say({ kind: 'ending' }); setTimeout(() => process.exit(0), 50)`, '{"kind":"go"}'],
      ['crashes', 'process.abort()', expect.stringMatching(/^\{"kind":"go","restart":\{"cause":"crashed \(SIGABRT\)","ports":\{/)],
    ])('ends it once the next is loaded, and has that one go on when the other %s', async (_how, onHandOver, go) => {
      const { supervisor, handovers, dataDir } = replaceable(onHandOver)
      const end = supervisor.run()
      await expect.poll(() => supervisor.hostListens).toBe(true)
      supervisor.replace()
      supervisor.replace()
      await expect.poll(() => eventsOf(dataDir).length).toBe(2)
      await expect.poll(() => supervisor.hostListens).toBe(true)
      const [first, second] = eventsOf(dataDir)
      expect(first).toBe('1 {"kind":"hand-over","path":"/sockets/2"}')
      expect(second!.slice(0, 2)).toBe('2 ')
      expect(second!.slice(2)).toEqual(go)
      supervisor.end('SIGTERM')
      expect((await end).exitCode).toBe(143)
      expect(handovers()).toHaveLength(2)
    })

    it('leaves it alone where the next does not load, and ends both by a signal', async () => {
      const broken = replaceable('', 'process.exit(7)')
      const ends = broken.supervisor.run()
      await expect.poll(() => broken.supervisor.hostListens).toBe(true)
      broken.supervisor.replace()
      await expect.poll(broken.said).toContain('The new host could not be loaded. The one before it goes on.')
      expect([broken.supervisor.hostListens, eventsOf(broken.dataDir)]).toEqual([true, []])
      broken.supervisor.end('SIGTERM')
      expect((await ends).exitCode).toBe(143)

      const slow = replaceable('', '')
      const ended = slow.supervisor.run()
      await expect.poll(() => slow.supervisor.hostListens).toBe(true)
      slow.supervisor.replace()
      await expect.poll(() => slow.handovers().length).toBe(2)
      slow.supervisor.end('SIGTERM')
      expect((await ended).exitCode).toBe(143)
    })
  })

  it('passes a signal on and starts nothing again, not even what it waits to start', async () => {
    const running = supervise(`process.on('SIGTERM', () => process.exit(5)); listen(); beat()`)
    const waiting = supervise(`if (round === 1) listen(); process.exit(9)`, { firstMs: 600_000, maxMs: 600_000 })
    const ends = Promise.all([running.supervisor.run(), waiting.supervisor.run()])
    await expect.poll(running.handovers).toEqual([expect.stringContaining('Terminal')])
    await expect.poll(waiting.crashes).toContain('could not start again')
    await new Promise((resolve) => setTimeout(resolve, 50))
    running.supervisor.end('SIGTERM')
    waiting.supervisor.end('SIGTERM')
    expect(await ends).toEqual([{ exitCode: 5 }, { exitCode: 143 }])
    expect([running.handovers().length, waiting.handovers().length]).toEqual([1, 2])
  })

  it('kills a host that does not end', async () => {
    const { supervisor, said } = supervise(`process.on('SIGTERM', () => say({ kind: 'window', pid: 1 })); listen(); beat()`, { endMs: 50 })
    const end = supervisor.run()
    await expect.poll(() => supervisor.hostListens).toBe(true)
    supervisor.end('SIGTERM')
    expect(await end).toEqual({ exitCode: 137 })
    expect(said()).toContain('The host does not end, and is killed.')
  })
})

describe('a supervised host', () => {
  let host: RunningHost
  let dataDir: string
  const publishers: Publisher[] = []
  /** What the host that runs now says of itself. */
  const hostFile = (): { pid: number; url: string } | undefined => {
    try {
      return JSON.parse(readFileSync(join(dataDir, 'host.json'), 'utf8'))
    } catch {
      return undefined
    }
  }

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'ami-streams-'))
    // A busy machine may take longer than the usual 30 s to bring a publisher back; a stream that ended by then is a new one.
    const args = ['--failover-slate-after-ms', '100', '--reconnect-window-ms', '120000']
    host = await startHost({ name: 'supervisor', dataDir, supervised: true, args })
  })
  afterAll(async () => {
    for (const publisher of publishers) await publisher.stop()
    await host?.stop()
    rmSync(dataDir, { recursive: true, force: true })
  })

  /** An encoder that comes back by itself, as OBS does. */
  function keepPublishing(clip: string, key: string): { stop(): Promise<void> } {
    let stopped = false
    let publisher = publishFile(clip, `${host.rtmp}/${key}`, { loop: true })
    void (async () => {
      for (; !stopped; await new Promise((resolve) => setTimeout(resolve, 200))) {
        await publisher.ended.catch(() => undefined)
        if (!stopped) publisher = publishFile(clip, `${host.rtmp}/${key}`, { loop: true })
      }
    })()
    const stop = async (): Promise<void> => {
      stopped = true
      await publisher.stop()
    }
    publishers.push({ process: publisher.process, ended: Promise.resolve(), stop })
    return { stop }
  }

  it('that is killed in the middle of a show goes on with all of it: outputs, destinations, recordings, slate, test stream, inputs', async () => {
    const clip = await testClip('supervised', { width: 320, height: 180, frames: 300, videoKbps: 300 })
    // Another server, which the host fetches from and sends to.
    const outside = await startHost({ name: 'supervisor-outside' })
    onTestFinished(() => outside.stop())
    const show = await openShow(host)
    await show.add('air', 'host', { stream: 'show' })
    await show.add('file', 'recording', {})
    await show.start('air')
    await show.start('file')
    keepPublishing(clip, await host.key('camera'))
    const leaves = publishFile(clip, `${host.rtmp}/${await host.key('leaves')}`, { loop: true })
    publishers.push(leaves)
    await host.api('POST', '/live/demo', { name: 'demo' })
    publishers.push(publishFile(clip, `${outside.rtmp}/${await outside.key('origin')}`, { loop: true }))
    await outside.until('origin', ({ state, tracks }) => state === 'active' && tracks.length === 2)
    expect((await host.api('POST', '/live/sources', { stream: 'pulled', url: `${outside.rtmp}/origin` })).status).toBe(201)
    for (const stream of ['show', 'camera', 'leaves', 'demo', 'pulled'])
      await host.until(stream, ({ state, tracks }) => state === 'active' && tracks.length === 2)
    const addDestination = async (stream: string, enabled: boolean): Promise<string> => {
      const destination = { template: 'custom', label: stream, url: outside.rtmp, key: await outside.key(stream), enabled }
      return (await host.api('POST', '/live/streams/demo/destinations', destination)).body.id
    }
    const enabled = await addDestination('enabled', true)
    const started = await addDestination('started', false)
    const stopped = await addDestination('stopped', true)
    const destination = async (id: string): Promise<any> => (await host.api('GET', `/live/streams/demo/destinations/${id}`)).body
    expect((await host.api('POST', `/live/streams/demo/destinations/${started}/start`)).status).toBe(200)
    expect((await host.api('POST', `/live/streams/demo/destinations/${stopped}/stop`)).status).toBe(200)
    for (const stream of ['enabled', 'started'])
      await outside.until(stream, ({ state, tracks }) => state === 'active' && tracks.length === 2)
    expect((await host.api('PATCH', '/live/streams/leaves/slate', { slate: 'default' })).status).toBe(200)
    expect((await host.api('POST', '/live/streams/camera/recording', {})).status).toBeLessThan(300)
    await show.until('file', ({ statistics }) => statistics.bytes > 0)
    // A recording starts with a keyframe: before that there is nothing that a host could go on with.
    const recordings = async (): Promise<any[]> =>
      (await host.api('GET', '/live/recordings')).body.items.filter((each: any) => each.stream === 'camera')
    await until(async () => (await recordings()).some(({ bytes }) => bytes > 0), 'the recording has reached the disk')

    const before = hostFile()!
    expect(before.pid).toBe(host.ready.pid)
    expect(before.pid).not.toBe(host.process.pid)
    const killedMs = performance.now()
    process.kill(before.pid, 'SIGKILL')
    await leaves.stop()

    const took: Record<string, number> = {}
    const back = async (name: string, look: () => Promise<unknown>): Promise<void> => {
      await until(() => look().catch(() => undefined), `${name} is back`)
      took[name] = Math.round(performance.now() - killedMs)
    }
    await back('the host', async () => hostFile()?.pid !== before.pid && (await host.api('GET', '/health')).status === 200)
    const stream = async (name: string): Promise<any> => (await host.api('GET', `/live/streams/${name}`)).body
    await Promise.all([
      back('the stream of the studio', async () => (await stream('show')).tracks.length === 2 && (await stream('show')).state === 'active'),
      back('the recording of the studio', async () => {
        const report = await show.report('file')
        return report.state === 'live' && report.statistics.parts === 2 && report.statistics.bytes > 0
      }),
      back('the test stream', async () => (await stream('demo')).state === 'active' && (await stream('demo')).tracks.length === 2),
      back(
        'the pull source',
        async () => (await stream('pulled')).state === 'active' && (await stream('pulled')).publisher.protocol === 'pull',
      ),
      back('the destination', async () => (await destination(enabled)).state === 'live'),
      back('the destination that was started by hand', async () => (await destination(started)).state === 'live'),
      back('the slate', async () => (await stream('leaves')).onAir === 'slate'),
      back('the publisher', async () => (await stream('camera')).state === 'active' && !(await stream('camera')).reconnecting),
      back('its recording', async () => {
        const { by, recordingId } = (await host.api('GET', '/live/streams/camera/recording')).body
        return by === 'hand' && recordingId !== null
      }),
    ])
    for (const name of ['enabled', 'started']) await outside.until(name, ({ state, tracks }) => state === 'active' && tracks.length === 2)
    expect(await destination(stopped)).toMatchObject({ state: 'off', enabled: true })
    process.stdout.write(`back after ms: ${JSON.stringify(took)}\n`)
    expect(hostFile()!.url).toBe(before.url)
    expect(readFileSync(join(dataDir, crashLogName), 'utf8')).toContain('was killed (SIGKILL)')
    expect(JSON.stringify((await host.api('GET', '/audit')).body)).toContain('the host was killed (SIGKILL) and was started again')
    expect((await recordings()).map(({ state }) => state).sort()).toEqual(['recording', 'recovered'])
    // What is not looked at any more takes no time of what follows.
    expect((await host.api('DELETE', '/live/demo')).status).toBeLessThan(300)
  })

  it('ends with its supervisor, cleanly, and by its signals', async () => {
    const { pid } = hostFile()!
    host.process.kill('SIGKILL')
    // Nothing of it is left behind: the file goes with an orderly end.
    await until(() => hostFile() === undefined, 'the host ends')
    await until(() => !existsSync(`/proc/${pid}`), 'its process is gone')
    host = await startHost({ name: 'supervisor', dataDir, supervised: true })
    const exited = new Promise((resolve) => host.process.once('exit', (code) => resolve(code)))
    host.process.kill('SIGTERM')
    expect(await exited).toBe(0)
    expect(hostFile()).toBeUndefined()
  })
})

describe('a host of a service', () => {
  it('is replaced by one that is loaded first: its ports stay open, its test stream goes on', async () => {
    // Nobody listens to what it reports: the signal is what systemd would send.
    const host = await startHost({ name: 'supervisor-replaced', supervised: true, env: { NOTIFY_SOCKET: '@ami-streams-nobody' } })
    onTestFinished(() => host.stop())
    await host.api('POST', '/live/demo', { name: 'demo' })
    await host.until('demo', ({ state }) => state === 'active')
    const info = async () => (await host.api('GET', '/host')).body
    const before = await info()
    const failures: string[] = []
    let dials = true
    const dial = async (port: number): Promise<number> => {
      let count = 0
      for (; dials; count++) {
        await new Promise<void>((resolve) => {
          const socket = connect(port, '127.0.0.1', () => resolve())
          socket.once('error', (error) => {
            failures.push(`${port}: ${error.message}`)
            resolve()
          })
          socket.once('connect', () => socket.destroy())
        })
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
      return count
    }
    const dialled = [host.httpPort, host.rtmpPort, Number(host.ready.httpsPort)].map(dial)
    host.process.kill('SIGUSR2')
    const after = await until(async () => {
      const now = await info().catch(() => undefined)
      return now !== undefined && now.pid !== before.pid && now
    }, 'another host')
    await host.until('demo', ({ state }) => state === 'active')
    dials = false
    expect(Math.min(...(await Promise.all(dialled)))).toBeGreaterThan(5)
    expect(failures).toEqual([])
    expect(after.ports).toEqual(before.ports)
  })
})
