import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { OBSWebSocket } from 'obs-websocket-js/json'
import sharp from 'sharp'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readBarcode } from './helpers/barcode.ts'
import { type DecodedFrame, flashTimes, frameNumbers, missingNumbers, readBeeps, readFrames } from './helpers/decode.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { installObsPlugin, obsPluginMissing } from './helpers/obs-plugin.ts'
import { nextEvent, type ObsOnTest, prepareObs } from './helpers/obs-studio.ts'
import { removeFolder } from './helpers/private-folder.ts'
import { publishTestStream } from './helpers/publish.ts'
import { openShow, type Show } from './helpers/show.ts'
import { skipBecause } from './helpers/skip.ts'
import { undisturbed, until } from './helpers/until.ts'

/** What this host has as sources of a real OBS Studio: seen in what OBS itself records and takes screenshots of. */

const missing = obsPluginMissing()
const dataDir = mkdtempSync(join(tmpdir(), 'ami-obs-plugin-'))
let host: RunningHost
let program: ObsOnTest
let obs: OBSWebSocket
let show: Show

const start = () => startHost({ name: 'obs-plugin', dataDir, env: { XDG_RUNTIME_DIR: join(program.home, 'run') } })

beforeAll(async () => {
  if (missing !== undefined) return
  program = await prepareObs()
  installObsPlugin(program.home)
  host = await start()
  show = await openShow(host)
  obs = await program.start()
}, 180_000)

afterAll(async () => {
  await obs?.disconnect().catch(() => undefined)
  await host?.stop()
  await program?.stop()
  removeFolder(dataDir)
}, 60_000)

beforeEach((context) => {
  if (missing !== undefined) skipBecause(context, missing)
})

/** Makes a scene of its own with a red background and the share above it, and puts it on air. */
async function showShare(share: string): Promise<{ scene: string; input: string }> {
  const scene = `scene of ${share}`
  const input = `source of ${share}`
  await obs.call('CreateScene', { sceneName: scene })
  await obs.call('CreateInput', {
    sceneName: scene,
    inputName: `background of ${share}`,
    inputKind: 'color_source_v3',
    inputSettings: { color: 0xff0000ff, width: 640, height: 360 },
  })
  await obs.call('CreateInput', {
    sceneName: scene,
    inputName: input,
    inputKind: 'ami_streams_source',
    inputSettings: { share },
  })
  await obs.call('SetCurrentProgramScene', { sceneName: scene })
  return { scene, input }
}

interface Pixels {
  readonly width: number
  readonly height: number
  at(x: number, y: number): readonly number[]
}

/** What a scene or a source looks like in OBS now. */
async function look(sourceName: string): Promise<Pixels | undefined> {
  const { imageData } = await obs
    .call('GetSourceScreenshot', { sourceName, imageFormat: 'png', imageWidth: 640, imageHeight: 360 })
    .catch(() => ({ imageData: '' }))
  if (imageData === '') return undefined
  const { data, info } = await sharp(Buffer.from(imageData.slice(imageData.indexOf(',') + 1), 'base64'))
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  return {
    ...info,
    at: (x, y) => [...data.subarray((y * info.width + x) * 4, (y * info.width + x) * 4 + 4)],
  }
}

const luma = (pixels: Pixels, x: number, y: number): number =>
  pixels
    .at(x, y)
    .slice(0, 3)
    .reduce((sum, each) => sum + each, 0) / 3
async function numberIn(scene: string): Promise<number | undefined> {
  const pixels = await look(scene)
  return pixels && readBarcode(pixels.width, pixels.height, (x, y) => luma(pixels, x, y))?.frame
}
const untilCard = (scene: string): Promise<number> => until(() => numberIn(scene), `the test card is in ${scene}`)
const isRed = ([red = 0, green = 0, blue = 0]: readonly number[]): boolean => red > 200 && green < 60 && blue < 60
const untilBackground = (scene: string): Promise<unknown> =>
  until(async () => {
    const pixels = await look(scene)
    return pixels !== undefined && isRed(pixels.at(320, 20)) && isRed(pixels.at(320, 180))
  }, `nothing is in front of the background of ${scene}`)

/** What OBS records in that time. */
async function record(seconds: number): Promise<string> {
  await obs.call('StartRecord')
  await sleep(seconds * 1000)
  const ended = nextEvent(
    obs,
    'RecordStateChanged',
    ({ outputState }: { outputState: string }) => outputState === 'OBS_WEBSOCKET_OUTPUT_STOPPED',
  )
  await obs.call('StopRecord')
  return ((await ended) as { outputPath: string }).outputPath
}

const median = (values: readonly number[]): number => values.toSorted((one, other) => one - other)[values.length >> 1]!

/** How much later than its flash each beep is heard, seconds. */
function offsets(frames: readonly DecodedFrame[], beeps: readonly number[]): number[] {
  return flashTimes(frames).flatMap((flash) => beeps.map((beep) => beep - flash).find((offset) => Math.abs(offset) < 0.4) ?? [])
}

describe('a source of OBS that shows what this host has', () => {
  it('shows a canvas: each frame once and in order, with its audio in time', async () => {
    const { scene } = await showShare('canvas:main')
    await untilCard(scene)
    // The canvas as the studio itself writes it, at the same time: the test card's own flash and beep are not one.
    await show.add('beside', 'replay', { seconds: 8 })
    await show.start('beside')
    await undisturbed(async () => {
      const skippedBefore = (await obs.call('GetStats')).renderSkippedFrames
      const file = await record(8)
      // Frames that a busy OBS leaves out itself.
      const skipped = (await obs.call('GetStats')).renderSkippedFrames - skippedBefore
      const { path } = await show.command('beside', 'save')
      const [frames, own] = await Promise.all([readFrames(file), readFrames(path)])
      const apart = median(offsets(frames, await readBeeps(file)))
      const apartHere = median(offsets(own, await readBeeps(path)))
      const numbers = frameNumbers(frames)
      const repeated = numbers.slice(1).filter((number, index) => number === numbers[index]).length
      const missingHere = missingNumbers(frameNumbers(own))
      const report = `${frames.length} frames, ${numbers.length} read, ${missingNumbers(numbers)} missing, ${repeated} repeated, ${skipped} left out by OBS; audio ${apart} s behind video, ${apartHere} s in the studio, where ${missingHere} of ${own.length} frames are missing`
      if (process.env.AMI_OBS_REPORT === '1') process.stderr.write(`${report}\n`)
      expect(numbers.length, report).toBeGreaterThan(frames.length * 0.98)
      expect(
        numbers.every((number, index) => index === 0 || number >= numbers[index - 1]!),
        report,
      ).toBe(true)
      // On a busy machine the two frame clocks slip against each other; a share that lags by a frame shows each second one twice.
      expect(missingNumbers(numbers) + repeated, report).toBeLessThan(numbers.length * 0.15 + 3 * skipped + 2 * missingHere)
      // One frame, and the delay of all audio in a busy OBS, which grows in steps of 21 ms.
      expect(Math.abs(apart - apartHere), report).toBeLessThan(0.25)
    })
    await show.stop('beside')
  }, 240_000)

  it('keeps the alpha of a source, whose video changes in OBS when it does here', async () => {
    await host.api('POST', '/studio/sources', {
      id: 'veil',
      name: 'Veil',
      kind: 'gradient',
      settings: {
        width: 640,
        height: 360,
        angle: 0,
        stops: [
          { at: 0, color: '#0000ff00' },
          { at: 1, color: '#0000ffff' },
        ],
      },
    })
    const { scene, input } = await showShare('source:veil')
    const blended = await until(async () => {
      const pixels = await look(scene)
      return pixels !== undefined && pixels.at(630, 180)[2]! > 230 && pixels
    }, 'the opaque end of the gradient is blue')
    // From the red background to the blue source. OBS multiplies video with its alpha by values, and blends light.
    const shade = (light: number): number => 255 * (light < 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055)
    expect(blended.at(5, 180)[0]).toBeGreaterThan(235)
    for (const x of [160, 320, 480]) {
      const [red = 0, , blue = 0] = blended.at(x, 180)
      expect(Math.abs(red - shade(1 - x / 640)), `red at ${x}`).toBeLessThan(16)
      expect(Math.abs(blue - (255 * x) / 640), `blue at ${x}`).toBeLessThan(16)
    }
    const alone = await look(input)
    expect(alone!.at(320, 180)[3]).toBeGreaterThan(110)
    expect(alone!.at(320, 180)[3]).toBeLessThan(146)
    await host.api('PATCH', '/studio/sources/veil', {
      settings: {
        stops: [
          { at: 0, color: '#00ff00ff' },
          { at: 1, color: '#00ff00ff' },
        ],
      },
    })
    await until(async () => {
      const [red = 255, green = 0] = (await look(scene))?.at(320, 180) ?? []
      return green > 230 && red < 20
    }, 'the source is green in OBS')
  }, 120_000)

  it('shows an overlay and a stream, with no browser in OBS and nothing of the show', async () => {
    const made = await host.api('POST', '/studio/overlays', {
      kind: 'lower-third',
      name: 'Names',
      data: { visible: true, title: 'Grace Hopper', subtitle: 'Rear admiral' },
    })
    const { scene } = await showShare(`overlay:${made.body.id}`)
    await until(async () => {
      const pixels = await look(scene)
      if (pixels === undefined) return false
      let covered = 0
      for (let y = 0; y < 220; y += 4) for (let x = 0; x < 640; x += 4) covered += isRed(pixels.at(x, y)) ? 0 : 1
      return covered > 200 && isRed(pixels.at(320, 350))
    }, 'the lower third is in front of the background, and nothing below it')

    const publisher = await publishTestStream({ url: `${host.rtmp}/${await host.key('evening')}`, width: 640, height: 360 })
    const stream = await showShare('stream:evening')
    const first = await untilCard(stream.scene)
    await until(async () => ((await numberIn(stream.scene)) ?? 0) > first, 'the stream goes on')
    await publisher.stop()
  }, 180_000)

  it('takes nothing while nobody sees it, and shows the present when it is seen again', async () => {
    const scene = 'scene of canvas:main'
    await obs.call('SetCurrentProgramScene', { sceneName: scene })
    const before = await untilCard(scene)
    const { sceneItemId } = await obs.call('GetSceneItemId', { sceneName: scene, sourceName: 'source of canvas:main' })
    await obs.call('SetSceneItemEnabled', { sceneName: scene, sceneItemId, sceneItemEnabled: false })
    await untilBackground(scene)
    await obs.call('SetSceneItemEnabled', { sceneName: scene, sceneItemId, sceneItemEnabled: true })
    await until(async () => (await untilCard(scene)) > before, 'the present is shown')
  }, 120_000)

  it('shows nothing of a host that was killed, and everything again when it is back', async () => {
    const scene = 'scene of canvas:main'
    await obs.call('SetCurrentProgramScene', { sceneName: scene })
    await untilCard(scene)
    const worker = (await host.api('GET', '/studio/statistics')).body.pid!
    process.kill(worker, 'SIGKILL')
    await until(async () => (await numberIn(scene)) === undefined, 'a killed studio shows nothing')
    await untilCard(scene)
    await host.kill('SIGKILL')
    await untilBackground(scene)
    host = await start()
    await untilCard(scene)
    // What was chosen is still there, and what can be chosen is listed by the property.
    const { propertyItems } = await obs.call('GetInputPropertiesListPropertyItems', {
      inputName: 'source of canvas:main',
      propertyName: 'share',
    })
    expect(propertyItems).toContainEqual(expect.objectContaining({ itemName: 'Canvas: Main', itemValue: 'canvas:main' }))
  }, 180_000)
})
