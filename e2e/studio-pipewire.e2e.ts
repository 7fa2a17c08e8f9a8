import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openSystemAudio } from '../src-main/media/worker/capture/audio/system-audio.ts'
import type { AudioStore } from '../src-main/media/worker/stores/media-stores.ts'
import { listDevices } from '../src-main/studio/worker/sources/list-devices.ts'
import { type Barcode, readBarcode } from './helpers/barcode.ts'
import { startHost } from './helpers/host.ts'
import { type PrivatePipeWire, pipeWireMissing, type Removable, startPipeWire } from './helpers/pipewire.ts'
import { skipBecause } from './helpers/skip.ts'
import { createSourceBench, type OpenedSource } from './helpers/studio-source.ts'
import { undisturbed, until } from './helpers/until.ts'
import { mutterMissing, portalMissing, showCounters, startMutter, startPortal } from './helpers/wayland-desktop.ts'

/** Cameras, microphones, system audio, applications' audio, speakers and shared screens: a real PipeWire, with devices that come and go. */

const missing = pipeWireMissing()
const folder = mkdtempSync(join(tmpdir(), 'ami-studio-pipewire-'))
const bench = createSourceBench({ folder })
const before = { ...process.env }
let pipeWire: PrivatePipeWire

beforeAll(async () => {
  if (missing !== undefined) return
  pipeWire = await startPipeWire()
  Object.assign(process.env, pipeWire.env)
})
afterEach(() => bench.close())
afterAll(async () => {
  await pipeWire?.stop()
  for (const name of Object.keys(pipeWire?.env ?? {})) process.env[name] = before[name] ?? ''
  rmSync(folder, { recursive: true, force: true })
})

const codeOf = (source: OpenedSource): Barcode | undefined => {
  const picture = source.frame()
  return picture && readBarcode(picture.width, picture.height, picture.luma)
}

/** Amplitude of a sine in the newest tenth of a second; undefined before there is enough. */
function amplitude(store: AudioStore, hz: number): number | undefined {
  const frames = 4800
  const samples = new Float32Array(frames * 2)
  const got = store.read(Math.max(0, store.written - frames), samples)
  if (got.frames < frames) return undefined
  let sin = 0
  let cos = 0
  for (let frame = 0; frame < frames; frame++) {
    sin += samples[frame * 2 + 1]! * Math.sin((2 * Math.PI * hz * frame) / 48_000)
    cos += samples[frame * 2 + 1]! * Math.cos((2 * Math.PI * hz * frame) / 48_000)
  }
  return (2 * Math.hypot(sin, cos)) / frames
}

/** Waits until just these tones are heard, each at the level that `playTone` plays. */
function hears(source: OpenedSource, ...tones: readonly number[]): Promise<true> {
  const all = [440, 880, 1320]
  const levels = () => all.map((hz) => amplitude(source.audio, hz) ?? -1)
  return until(
    () => levels().every((level, index) => Math.abs(level - (tones.includes(all[index]!) ? 0.25 : 0)) < 0.01),
    () => `of ${all} Hz it hears ${levels()}, and tells ${JSON.stringify(source.reports.slice(-3))}`,
  )
}

const waitsFor = (source: OpenedSource, problem: RegExp) =>
  source.untilReport((report) => report.state === 'waiting' && problem.test(report.problem ?? ''))

describe('a camera', () => {
  it('is waited for, shows every frame, and comes back with another size and layout', async (context) => {
    if (missing !== undefined) skipBecause(context, missing)
    const camera = await bench.open('camera', { device: 'desk-camera' })
    await waitsFor(camera, /desk-camera is not plugged in/)
    let plugged = await pipeWire.addCamera({ name: 'desk-camera', description: 'Desk camera' })
    const { details } = await camera.untilState('running')
    expect(details).toMatchObject({ device: 'Desk camera', width: 640, height: 360, frameRate: 30, format: 'BGRx' })
    expect(await listDevices('camera')).toMatchObject([
      { kind: 'camera', id: 'desk-camera', name: 'Desk camera', details: { default: true } },
    ])

    // Counters go up and, but for what a busy machine leaves out, by one.
    const counters: number[] = []
    await until(
      () => {
        const frame = codeOf(camera)?.frame
        if (frame !== undefined && frame !== counters.at(-1)) counters.push(frame)
        return counters.length >= 20
      },
      () => `counters ${counters}`,
    )
    expect(counters).toEqual(counters.toSorted((a, b) => a - b))

    // Nobody looks: next to nothing is converted.
    camera.source.show?.(false)
    await undisturbed(async () => {
      const [{ sequence }, from] = [camera.frames, performance.now()]
      await sleep(700)
      expect(camera.frames.sequence - sequence).toBeLessThan((6 * (performance.now() - from)) / 1000)
    })
    camera.source.show?.(true)

    for (const format of ['NV12', 'I420', 'YUY2', 'RGBx'] as const) {
      await plugged.remove()
      await waitsFor(camera, /Desk camera is not plugged in/)
      expect(camera.frames.sequence).toBe(0)
      plugged = await pipeWire.addCamera({ name: 'desk-camera', description: 'Desk camera', width: 320, height: 240, format })
      await camera.untilReport((report) => report.state === 'running' && report.details?.format === format)
      const picture = await camera.untilFrame((each) => each.width === 320)
      const [left, right] = [picture.rgb(60, 180), picture.rgb(260, 180)]
      expect(left[0], `${format} left`).toBeGreaterThan(220)
      expect(Math.max(left[1], left[2]), `${format} left`).toBeLessThan(40)
      expect(right[2], `${format} right`).toBeGreaterThan(220)
      expect(Math.max(right[0], right[1]), `${format} right`).toBeLessThan(40)
      await until(
        () => codeOf(camera),
        () => `no counter in ${format}`,
      )
    }
    await plugged.remove()
  })
})

describe('audio', () => {
  it('comes from a microphone, a speaker and one application, each by itself, and comes back with its device', async (context) => {
    if (missing !== undefined) skipBecause(context, missing)
    let microphone = await pipeWire.addMicrophone('desk-mic', 'Desk microphone')
    const speaker = await pipeWire.addSink('desk-speaker', 'Desk speaker')
    await pipeWire.playTone(440, { on: 'desk-mic' })
    let alpha = await pipeWire.playTone(880, { on: 'desk-speaker', application: 'Alpha Player' })
    await pipeWire.playTone(1320, { on: 'desk-speaker', application: 'Beta Player' })

    expect((await listDevices('microphone')).map(({ id, name }) => [id, name])).toEqual([['desk-mic', 'Desk microphone']])
    expect((await listDevices('speaker')).map(({ id }) => id)).toContain('desk-speaker')
    expect(await listDevices('application')).toMatchObject([
      { id: 'pw-cat/Alpha Player', name: 'Alpha Player' },
      { id: 'pw-cat/Beta Player', name: 'Beta Player' },
      { id: 'pw-cat/Tone Player', name: 'Tone Player' },
    ])

    const mic = await bench.open('microphone', { device: 'desk-mic' })
    const system = await bench.open('system-sound', { device: 'desk-speaker' })
    const application = await bench.open('application-sound', { device: 'pw-cat/Alpha Player' })
    await Promise.all([hears(mic, 440), hears(system, 880, 1320), hears(application, 880)])

    // What is captured now has the time of now.
    const lateMs = () => (bench.stores.nowUs() - mic.audio.endTimeUs) / 1000
    await until(
      () => Math.abs(lateMs()) < 250,
      () => `${lateMs()} ms late`,
    )

    await alpha.remove()
    await waitsFor(application, /Alpha Player plays nothing now/)
    await hears(system, 1320)
    alpha = await pipeWire.playTone(880, { on: 'desk-speaker', application: 'Alpha Player' })
    await hears(application, 880)
    application.source.update({ device: 'beta player' })
    await hears(application, 1320)

    await microphone.remove()
    await waitsFor(mic, /Desk microphone is not plugged in/)
    microphone = await pipeWire.addMicrophone('desk-mic', 'Desk microphone')
    await mic.untilState('running')
    await pipeWire.playTone(440, { on: 'desk-mic' })
    await hears(mic, 440)

    // The default one is whichever the system has chosen.
    mic.source.update({ device: 'default' })
    await mic.untilReport((report) => report.details?.device === 'Desk microphone' && report.state === 'running')
    const second = await pipeWire.addMicrophone('other-mic', 'Other microphone')
    await microphone.remove()
    await mic.untilReport((report) => report.details?.device === 'Other microphone' && report.state === 'running')
    // PipeWire reports a change of the defaults to nobody else while a program asks for them.
    const asking = [1, 2, 3, 4].map(() => pipeWire.spawn('sh', ['-c', 'while :; do pw-metadata; done'], { detached: true }))
    let last = second
    for (const name of ['Third', 'Fourth', 'Fifth', 'Sixth']) {
      const next = await pipeWire.addMicrophone(`mic-${name}`, name)
      await last.remove()
      await mic.untilReport((report) => report.details?.device === name && report.state === 'running')
      last = next
    }
    for (const { pid } of asking) process.kill(-(pid as number), 'SIGKILL')
    await last.remove()
    await waitsFor(mic, /There is no microphone/)
    await Promise.all([alpha.remove(), speaker.remove()])
  })

  it('is played on a speaker', async (context) => {
    if (missing !== undefined) skipBecause(context, missing)
    const speaker = await pipeWire.addSink('monitor-speaker', 'Monitor speaker')
    const heard = await bench.open('system-sound', { device: 'monitor-speaker' })
    const states: string[] = []
    const sound = openSystemAudio()
    const player = sound.play('monitor-speaker', ({ state }) => states.push(state))
    const block = new Float32Array(960)
    let frame = 0
    const began = performance.now()
    const playing = setInterval(() => {
      while (frame < (performance.now() - began) * 48) {
        for (let index = 0; index < 480; index++, frame++) {
          block.fill(0.25 * Math.sin((2 * Math.PI * 880 * frame) / 48_000), index * 2, index * 2 + 2)
        }
        player.write(block)
      }
    }, 10)
    try {
      await hears(heard, 880)
      expect(states).toContain('running')
      expect(player.statistics().queuedMs).toBeLessThan(171)
      expect(await listDevices('application'), 'what we play ourselves is nobody else’s').toEqual(
        (await listDevices('application')).filter(({ name }) => name !== 'AMI Streams'),
      )
      player.stop()
      await hears(heard)
    } finally {
      clearInterval(playing)
      sound.close()
      await speaker.remove()
    }
  })
})

describe('a shared screen', () => {
  const withDesktop = async (work: (desktop: Removable) => Promise<void>): Promise<void> => {
    const desktop = await startMutter(pipeWire, 640, 360)
    const window = showCounters(pipeWire, 640, 360, 30)
    try {
      await work(desktop)
    } finally {
      await window.remove()
      await desktop.remove()
    }
  }
  const counts = (screen: OpenedSource) => {
    const first = { frame: -1 }
    return until(
      () => {
        const frame = codeOf(screen)?.frame
        if (frame === undefined) return false
        if (first.frame < 0) first.frame = frame
        return frame > first.frame + 5
      },
      () => `no counters; it tells ${JSON.stringify(screen.reports.slice(-3))}`,
    )
  }

  it("comes from GNOME's compositor where there is no portal, and comes back with it", async (context) => {
    const without = missing ?? mutterMissing()
    if (without !== undefined) skipBecause(context, without)
    const screen = await bench.open('screen-cast', { cursor: false })
    await waitsFor(screen, /xdg-desktop-portal/)
    await withDesktop(async (desktop) => {
      const { details } = await screen.untilState('running')
      expect(details).toMatchObject({ through: 'mutter', width: 640, height: 360 })
      await counts(screen)
      await desktop.remove()
      await waitsFor(screen, /has ended|xdg-desktop-portal/)
      expect(screen.frames.sequence).toBe(0)
    })
    const again = await startMutter(pipeWire, 800, 600)
    await screen.untilReport((report) => report.details?.width === 800)
    await again.remove()
  })

  it('comes through the desktop portal: a person is asked once, and may say no', async (context) => {
    const without = missing ?? portalMissing()
    if (without !== undefined) skipBecause(context, without)
    await withDesktop(async () => {
      let portal = await startPortal(pipeWire, 'allow')
      const screen = await bench.open('screen-cast', { what: 'display', cursor: false })
      const { details } = await screen.untilState('running')
      expect(details).toMatchObject({ through: 'portal', width: 640, height: 360 })
      await counts(screen)
      screen.source.command?.('retry', {})
      await screen.untilReport((report) => report.state === 'starting')
      await screen.untilState('running')
      await counts(screen)
      await until(() => portal.questions.length > 1, 'the desktop is asked again')
      expect(portal.questions).toEqual(['asked', 'restored'])
      screen.source.command?.('choose', {})
      await screen.untilReport((report) => report.state === 'starting')
      await screen.untilState('running')
      await until(() => portal.questions.length > 2, 'the desktop is asked a third time')
      expect(portal.questions).toEqual(['asked', 'restored', 'asked'])
      await portal.remove()
      await waitsFor(screen, /has ended/)

      portal = await startPortal(pipeWire, 'refuse')
      screen.source.command?.('choose', {})
      const refused = await screen.untilReport((report) => report.state === 'failed')
      expect(refused.problem).toMatch(/Nothing was chosen.*choose/)
      await until(() => portal.questions.length > 0, 'the desktop is asked')
      expect(portal.questions).toEqual(['asked'])
      await portal.remove()
    })
  })
})

describe('the studio', () => {
  it('lists devices and shows a camera over the API', async (context) => {
    if (missing !== undefined) skipBecause(context, missing)
    const camera = await pipeWire.addCamera({ name: 'desk-camera', description: 'Desk camera' })
    const host = await startHost({ env: pipeWire.env, name: 'studio-pipewire' })
    try {
      const collection = {
        format: 'ami-streams/collection',
        version: 1,
        scenes: [{ id: 'one', name: 'One', items: [{ source: 'camera' }] }],
        sources: [{ id: 'camera', kind: 'camera', settings: { device: 'desk-camera' } }],
      }
      expect((await host.api('POST', '/studio/collections', { name: 'Desk', collection })).status).toBeLessThan(300)
      expect((await host.api('POST', '/studio/collections/Desk/open', {})).status).toBeLessThan(300)
      const listed = await until(async () => {
        const { status, body } = await host.api('GET', '/studio/devices?kind=camera')
        return status === 200 ? body.items : undefined
      }, 'the cameras are listed')
      expect(listed).toContainEqual(expect.objectContaining({ kind: 'camera', id: 'desk-camera', name: 'Desk camera' }))
      const code = await until(async () => {
        const reply = await fetch(`${host.http}/api/v1/studio/screenshot?source=camera`)
        if (reply.status !== 200) return undefined
        const { data, info } = await sharp(Buffer.from(await reply.arrayBuffer()))
          .greyscale()
          .raw()
          .toBuffer({ resolveWithObject: true })
        return readBarcode(info.width, info.height, (x, y) => data[y * info.width + x]!)
      }, 'the picture of the camera is read')
      expect(code.frame).toBeGreaterThan(0)
    } finally {
      await host.stop()
      await camera.remove()
    }
  })
})

describe('a PipeWire that dies', () => {
  it('is waited for, and all goes on when it is back', async (context) => {
    if (missing !== undefined) skipBecause(context, missing)
    const plugIn = async () => {
      await pipeWire.addMicrophone('desk-mic', 'Desk microphone')
      await pipeWire.playTone(440, { on: 'desk-mic' })
      await pipeWire.addCamera({ name: 'desk-camera', description: 'Desk camera' })
    }
    await plugIn()
    const mic = await bench.open('microphone')
    const camera = await bench.open('camera')
    await hears(mic, 440)
    await camera.untilState('running')
    await pipeWire.stopDaemon()
    await Promise.all([waitsFor(mic, /PipeWire .*systemctl/), waitsFor(camera, /PipeWire .*systemctl/)])
    await expect(listDevices('camera')).rejects.toMatchObject({ code: 'studio.devices_unavailable' })
    await pipeWire.startDaemon()
    await plugIn()
    await hears(mic, 440)
    await camera.untilState('running')
    await until(
      () => codeOf(camera),
      () => 'no counter after the return',
    )
  })
})
