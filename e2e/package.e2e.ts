import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import sharp from 'sharp'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findProgram } from '../src-main/platform/programs/find-program.ts'
import { freePorts } from './helpers/command.ts'
import { readFrames, recordFrames } from './helpers/decode.ts'
import { noPackage, packedDeb, packedVersion } from './helpers/packed.ts'
import { root } from './helpers/paths.ts'
import { skipBecause } from './helpers/skip.ts'
import { until } from './helpers/until.ts'

const missing = noPackage()

/** The package is made from this checkout, unpacked, and run with nothing of the checkout. */
describe('the Debian package', () => {
  let folder: string
  let deb: string
  let unpacked: string
  let program: string

  beforeAll(() => {
    if (missing !== undefined) return
    folder = mkdtempSync(join(tmpdir(), 'ami-streams-package-'))
    deb = packedDeb()
    unpacked = join(folder, 'unpacked')
    execFileSync('dpkg-deb', ['--extract', deb, unpacked])
    program = join(unpacked, 'usr/bin/streams')
  }, 600_000)
  afterAll(() => {
    if (missing === undefined) rmSync(folder, { recursive: true, force: true })
  })
  beforeEach((context) => {
    if (missing !== undefined) skipBecause(context, missing)
  })

  const field = (name: string): string => execFileSync('dpkg-deb', ['--field', deb, name], { encoding: 'utf8' }).trim()
  const share = (path: string): string => join(unpacked, 'usr/share', path)
  /** Without the PATH of the tests: nothing but what the package brings and the system has. */
  const plain = { PATH: '/usr/bin:/bin', HOME: '/nonexistent' }

  it('says what it needs and what it is', () => {
    expect([field('Package'), field('Version')]).toEqual(['ami-streams', packedVersion])
    expect(field('Depends')).toMatch(/libc6 \(>= [\d.]+\)/)
    expect(field('Depends'), 'screens and PipeWire are not needed by a host').not.toMatch(/xcb|pipewire/)
    expect(field('Recommends')).toMatch(/libpipewire-0\.3-0.*libxcb1.*chromium/)
    execFileSync('dpkg-deb', ['--control', deb, join(folder, 'control')])
    for (const script of ['postinst', 'prerm', 'postrm']) execFileSync('sh', ['-n', join(folder, 'control', script)])
  })

  it('contains no compiler, npm, sources or typings', () => {
    const files = readdirSync(join(unpacked, 'usr/lib/ami-streams'), { recursive: true, encoding: 'utf8' })
    expect(
      files.filter((file) => /\.d\.[cm]?ts$|\.cc$|(?:^|\/)(?:npm|vite|typescript|electron|vitest|mediasoup|werift)$/.test(file)),
    ).toEqual([])
    expect(files).toContain('dist/native/compositor.node')
  })

  it('lists what is in it with licences, FFmpeg among them', () => {
    const bill = JSON.parse(readFileSync(share('doc/ami-streams/ami-streams.cdx.json'), 'utf8'))
    expect(bill).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.5', metadata: { component: { version: packedVersion } } })
    const licences = new Map(bill.components.map((each: any) => [each.name, each.licenses[0].license.id ?? each.licenses[0].license.name]))
    expect(licences.get('ffmpeg')).toBe('GPL-3.0-or-later')
    const inOthers = ['uqr', 'scheduler', 'fast-deep-equal', 'libvips', 'glib', 'libdatachannel']
    for (const name of ['node', 'node-av', 'fastify', 'sharp', 'react', 'hls.js', 'typebox', ...inOthers])
      expect(licences.get(name), name).toBeTruthy()
    const copyright = readFileSync(share('doc/ami-streams/copyright'), 'utf8')
    expect(copyright).toContain('GNU General Public License, version 3')
    expect(copyright).toContain('fastify')
  })

  it('has what desktops and shells read', () => {
    const entry = readFileSync(share('applications/ami-streams.desktop'), 'utf8')
    expect(entry).toContain('Exec=streams open --from-desktop %u')
    expect(entry).toContain('x-scheme-handler/ami-streams')
    const validators = [
      ['desktop-file-validate', share('applications/ami-streams.desktop')],
      ['appstreamcli', 'validate', '--no-net', share('metainfo/ami-streams.metainfo.xml')],
    ] as const
    for (const [validator, ...args] of validators)
      if (findProgram(validator) !== undefined)
        expect(execFileSync(validator, args, { encoding: 'utf8' }), validator).not.toMatch(/^[EW]:/m)
    expect(readFileSync(share('mime/packages/ami-streams.xml'), 'utf8')).toContain('*.ami-collection')
    expect(existsSync(share('icons/hicolor/48x48/apps/ami-streams.png'))).toBe(true)
    expect(spawnSync('bash', ['-n', share('bash-completion/completions/streams')]).status).toBe(0)
    for (const scope of ['system', 'user'])
      expect(readFileSync(join(unpacked, `usr/lib/systemd/${scope}/ami-streams.service`), 'utf8')).toContain(
        'ExecStart=/usr/bin/streams host',
      )
    expect(existsSync(share('man/man1/streams.1.gz'))).toBe(true)
  })

  it('runs: a stream is watched, a scene is composed', async () => {
    const data = join(folder, 'data')
    const run = (...args: string[]): string => execFileSync(program, ['--data', data, ...args], { env: plain, encoding: 'utf8' })
    expect(run('--version').trim()).toBe(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version)
    const ports = [...freePorts, '--webrtc-port', 'off']
    const host: ChildProcess = spawn(program, ['--data', data, 'host', '--json', ...ports], {
      env: plain,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const ended = new Promise((resolve) => host.once('exit', resolve))
    try {
      await new Promise((resolve) => createInterface({ input: host.stdout! }).once('line', resolve))
      const { url } = JSON.parse(readFileSync(join(data, 'host.json'), 'utf8')) as { url: string }
      expect((await fetch(`${url}/studio`)).status).toBe(200)
      run('demo')
      await until(async () => (await fetch(`${url}/live/demo/index.m3u8`)).ok, 'a playlist')
      await recordFrames(`${url}/live/demo/index.m3u8`, join(folder, 'watched.mkv'), 30)
      expect((await readFrames(join(folder, 'watched.mkv'))).length).toBe(30)
      const post = (path: string, body: object): Promise<Response> =>
        fetch(`${url}/api/v1${path}`, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })
      const collection = {
        format: 'ami-streams/collection',
        version: 1,
        canvases: [{ id: 'main', width: 64, height: 64 }],
        sources: [{ id: 'red', kind: 'color', settings: { color: '#ff0000' } }],
        scenes: [{ id: 'one', items: [{ id: 'a', source: 'red', scale: { x: 1, y: 1 } }] }],
      }
      expect((await post('/studio/collections', { name: 'Packed', collection })).status).toBe(201)
      expect((await post('/studio/collections/Packed/open', {})).status).toBe(200)
      const redness = async (): Promise<number> => {
        const reply = await fetch(`${url}/api/v1/studio/screenshot`)
        return reply.ok ? (await sharp(Buffer.from(await reply.arrayBuffer())).stats()).channels[0]!.mean : 0
      }
      await until(async () => (await redness()) > 200, 'a red scene')
    } finally {
      host.kill('SIGTERM')
      await ended
    }
  })
})
