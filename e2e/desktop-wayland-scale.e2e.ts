import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { findProgram } from '../src-main/platform/programs/find-program.ts'
import { findingsInBothThemes } from './helpers/axe.ts'
import { hostWasKilled } from './helpers/browser.ts'
import { shareOfColor } from './helpers/canvas-share.ts'
import { setUpDesktopInBrowser } from './helpers/desktop-in-browser.ts'
import type { RunningHost } from './helpers/host.ts'
import { requestsTo } from './helpers/requests.ts'
import { look, openCollection } from './helpers/studio-page.ts'
import { writeMouseReporter } from './helpers/terminal-steps.ts'
import { until } from './helpers/until.ts'

/** The scale of Wayland displays, with a real compositor and real terminals, while they are worked at, recorded, sent live and in a show. */

const missing = ['sway', 'foot', 'swaymsg'].every((program) => findProgram(program) !== undefined)
  ? undefined
  : 'sway and foot are needed: apt-get install sway foot'
const scales = [1, 1.25, 1.5, 2] as const
/** Backgrounds of terminals, one for each scale, and of the last one. */
const colors = ['103050', '501030', '305010', '504010'] as const
const last = '205060'
let host: RunningHost
let page: Page
let problems: string[]
let again: () => Promise<RunningHost>
let id = ''
const ask = requestsTo(() => host)
const display = () => ask('GET', `/desktop/displays/${id}`)
const rgbOf = (hex: string): readonly number[] => [...Buffer.from(hex, 'hex')]
const terminal = (color: string, ...program: readonly string[]): string[] => [
  'foot',
  '--fullscreen',
  '--override=dpi-aware=no',
  `--override=colors.background=${color}`,
  ...program,
]
const start = (...command: readonly string[]) => ask('POST', `/desktop/displays/${id}/programs`, { command })
const untilSeen = (color: string) => until(async () => (await shareOfColor(page, rgbOf(color))) > 0.8, `the terminal ${color} is seen`)
const reportsOf = (color: string) => join(host.dataDir, `mouse-${color}.txt`)
/** Columns and lines of the clicks that a terminal has reported. */
const clicksOf = (color: string): readonly (readonly number[])[] => {
  const said = existsSync(reportsOf(color)) ? readFileSync(reportsOf(color), 'utf8') : ''
  return [...said.matchAll(/\[<0;(\d+);(\d+)M/g)].map(([, column, line]) => [Number(column), Number(line)])
}
/** Of the compositor itself. */
const output = async (): Promise<{
  readonly scale: number
  readonly current_mode: { readonly width: number; readonly height: number }
}> => {
  const { server } = await display()
  const env = { ...process.env, SWAYSOCK: join(dirname(server), 'sway') }
  return JSON.parse(spawnSync('swaymsg', ['-r', '-t', 'get_outputs'], { env, encoding: 'utf8' }).stdout)[0]
}
/** Color of the pixel in the middle of an image. */
async function colorOf(image: ArrayBuffer): Promise<readonly number[]> {
  const { data, info } = await sharp(Buffer.from(image)).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  const at = (Math.floor(info.height / 2) * info.width + Math.floor(info.width / 2)) * 3
  return [...data.subarray(at, at + 3)]
}
const isColor = (found: readonly number[], hex: string): boolean =>
  found.length === 3 && rgbOf(hex).every((value, channel) => Math.abs(value - found[channel]!) < 12)
const sourceColor = async (): Promise<readonly number[]> => {
  const reply = await fetch(`${host.http}/api/v1/studio/screenshot?source=desk&type=png`)
  return reply.ok ? colorOf(await reply.arrayBuffer()) : []
}
/** Of the last frame of a media file, or of the newest of a stream. */
const videoColor = (input: string, ...seek: readonly string[]): readonly number[] => {
  const scaled = ['-vf', 'crop=16:16:in_w/2:in_h/2,scale=1:1', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-']
  return [...spawnSync('ffmpeg', ['-v', 'error', ...seek, '-i', input, ...scaled], { timeout: 60_000 }).stdout.subarray(-3)]
}

setUpDesktopInBrowser(
  // Both sides of the display are odd.
  { name: 'desktop-wayland-scale', missing, view: { viewport: { width: 1001, height: 704 }, colorScheme: 'dark' } },
  async (desk) => {
    ;({ host, page, problems, again } = desk)
    const scenes = [{ id: 'show', name: 'Show', items: [] }]
    const collection = { format: 'ami-streams/collection', version: 1, name: 'Desks', scenes }
    await openCollection(host, collection)
  },
)

describe('the scale of a Wayland display', () => {
  it('is chosen when it is created on the page', async () => {
    await page.goto(`${host.http}/desktops`)
    await page.getByTestId('create-display').click()
    await page.getByTestId('display-starts').selectOption('program')
    await page.getByTestId('display-protocol').selectOption('x11')
    expect(await page.getByTestId('display-scale').count()).toBe(0)
    await page.getByTestId('display-protocol').selectOption('wayland')
    await page.getByTestId('display-scale').selectOption('2')
    await page.getByTestId('display-command').fill('foot')
    expect(await findingsInBothThemes(page)).toEqual([])
    await page.getByTestId('display-submit').click()
    const card = page.getByTestId('display-card')
    await card.waitFor()
    id = (await card.getAttribute('data-display')) ?? ''
    expect((await display()).scale).toBe(2)
    expect((await output()).scale).toBe(2)
  })

  it('is changed in the toolbar: the size in pixels stays that of the window, and clicks are where the pointer is', async () => {
    await page.getByTestId('display-card').getByRole('link').first().click()
    await page.locator('[data-testid=desktop][data-state=open]').waitFor()
    const stage = await page.locator('.desktop-stage').evaluate((each) => ({ width: each.clientWidth, height: each.clientHeight }))
    await ask('POST', `/desktop/displays/${id}/recording`)
    await ask('POST', `/desktop/displays/${id}/live`, { stream: 'scaled', audio: false })
    await ask('POST', '/studio/edits', {
      edits: [
        { do: 'add', to: 'sources', value: { id: 'desk', kind: 'desktop-display', settings: { device: id } } },
        { do: 'add', to: 'scenes/show/items', value: { source: 'desk' } },
      ],
    })
    let plain: readonly number[] = []
    for (const [index, scale] of scales.entries()) {
      const color = colors[index]!
      await page.getByTestId('desktop-scale').selectOption(String(scale))
      await until(async () => (await display()).scale === scale, `the scale is ${scale}`)
      // It has followed the window just before, or is about to.
      await until(async () => {
        const { scale: drawn, current_mode: mode } = await output()
        return drawn === scale && mode.width === stage.width && mode.height === stage.height
      }, `the output is ${stage.width} x ${stage.height} at ${scale}`)
      const script = join(host.dataDir, `mouse-${color}.sh`)
      writeMouseReporter(script, reportsOf(color))
      await start(...terminal(color, 'sh', script))
      await untilSeen(color)
      const box = (await page.getByTestId('desktop-canvas').boundingBox())!
      await until(async () => {
        await page.mouse.click(box.x + 6, box.y + 6)
        return clicksOf(color).some(([column, line]) => column === 1 && line === 1)
      }, 'a click at the first character')
      await page.mouse.click(box.x + box.width * 0.75, box.y + box.height * 0.75)
      const far = await until(() => clicksOf(color).find(([column]) => column! > 10), 'one far from it')
      if (scale === 1) plain = far
      // Characters are about so many times as large (fonts come in whole pixels), so that there are fewer before the pointer.
      for (const [axis, count] of far.entries()) {
        const times = (plain[axis]! - 0.5) / (count - 0.5)
        expect(times / scale, `${far} at ${scale}, ${plain} at 1`).toBeGreaterThan(0.82)
        expect(times / scale, `${far} at ${scale}, ${plain} at 1`).toBeLessThan(1.13)
      }
      // It may show what was there a second ago.
      await until(async () => {
        const image = await fetch(`${host.http}/api/v1/desktop/displays/${id}/screenshot?width=320&height=180`)
        return image.ok && isColor(await colorOf(await image.arrayBuffer()), color)
      }, 'it is seen in the image')
      await until(async () => isColor(await sourceColor(), color), 'it is seen in the studio')
    }
    await look(page, 'desktop-wayland-scale')
  }, 240_000)

  it('was recorded and sent live through all of them', async () => {
    await start(...terminal(last))
    await untilSeen(last)
    await until(() => isColor(videoColor(`${host.http}/live/scaled/index.m3u8`, '-t', '0.5'), last), 'the stream shows it', 90_000)
    const { items } = await ask('GET', '/desktop/recordings')
    const running = items.filter(({ state }: { readonly state: string }) => state === 'recording')
    expect(running).toHaveLength(1)
    const file = join(host.dataDir, 'desktop-recordings', running[0].display, running[0].fileName)
    const bytes = statSync(file).size
    await until(() => statSync(file).size > bytes, 'the recording grows')
    await ask('DELETE', `/desktop/displays/${id}/recording`)
    await until(
      async () => (await ask('GET', '/desktop/recordings')).items.every(({ state }: { readonly state: string }) => state !== 'recording'),
      'it has ended',
    )
    expect(videoColor(file, '-sseof', '-1').length).toBe(3)
    expect(isColor(videoColor(file, '-sseof', '-1'), last)).toBe(true)
    await ask('DELETE', `/desktop/displays/${id}/live`)
  }, 180_000)

  it('is kept while the host is killed, and when the display is started again', async () => {
    await ask('DELETE', '/studio/sources/desk')
    await ask('PATCH', `/desktop/displays/${id}`, { scale: 1.5 })
    await host.kill('SIGKILL')
    host = await again()
    expect(await display()).toMatchObject({ scale: 1.5, state: 'running' })
    expect((await output()).scale).toBe(1.5)
    await start('swaymsg', 'exit')
    await until(
      () =>
        start('true')
          .then(() => output())
          .then(
            ({ scale }) => scale === 1.5,
            () => false,
          ),
      'another compositor has it',
    )
    await ask('DELETE', `/desktop/displays/${id}`)
    id = ''
  }, 120_000)

  it('is for Wayland displays that are made here alone', async () => {
    const { status, body } = await host.api('POST', '/desktop/displays', { scale: 1.5, command: null })
    expect([status, body]).toMatchObject([400, { code: 'desktop.x11_limit', remedy: expect.stringContaining('Wayland') }])
    const attach = { server: join(host.dataDir, 'wayland-9') }
    const attached = await host.api('POST', '/desktop/displays', { protocol: 'wayland', scale: 1.5, attach })
    expect(attached.body).toMatchObject({ code: 'desktop.attached', detail: expect.stringContaining('scale') })
    const other = await host.api('POST', '/desktop/displays', { protocol: 'wayland', scale: 1.4 as never })
    expect(other.body).toMatchObject({ code: 'request.invalid' })
    expect(problems.filter((each) => !hostWasKilled.test(each))).toEqual([])
  })
})
