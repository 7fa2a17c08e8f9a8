import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findProgram } from '../src-main/platform/programs/find-program.ts'
import { launchBrowser } from './helpers/browser.ts'
import { type RunningCompositor, startCompositor } from './helpers/compositor.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { requestsTo } from './helpers/requests.ts'
import { skipBecause } from './helpers/skip.ts'
import { look, openCollection } from './helpers/studio-page.ts'
import { until } from './helpers/until.ts'

/** A compositor of another program, whose output is rotated, flipped, turned off and on: seen, worked at, recorded and in a show. */

const missing = ['sway', 'foot', 'swaymsg'].every((program) => findProgram(program) !== undefined)
  ? undefined
  : 'sway and foot are needed: apt-get install sway foot'
const [red, green, blue, yellow, mark] = ['c02020', '20a020', '2030c0', 'c0b020', 'a020a0'] as const
/** Where they are, as shares of width and height, and where the mark is. */
const places = [
  [0.25, 0.25],
  [0.75, 0.25],
  [0.25, 0.75],
  [0.75, 0.75],
] as const
const turned = ['90', '180', '270', 'flipped', 'flipped-90', 'flipped-180', 'flipped-270'] as const
const [width, height] = [640, 480]
let compositor: RunningCompositor
let host: RunningHost
let browser: Browser
let page: Page
let id = ''
const ask = requestsTo(() => host)
const file = (name: string) => join(host.dataDir, name)
const textOf = (name: string) => (existsSync(file(name)) ? readFileSync(file(name), 'utf8') : '')
const rgbOf = (hex: string): readonly number[] => [...Buffer.from(hex, 'hex')]

/** Each corner of a terminal in a color of its own, drawn again and again, with a mark in the last one while a file is there. */
function writePattern(): void {
  const script = `
exec 3<&0
stty raw -echo
printf '\\033[?1000h\\033[?1006h\\033[?25l'
dd bs=1 of=${file('clicks.txt')} 2>/dev/null <&3 &
while :; do
  set -- $(stty size); rows=$1; columns=$2; row=1
  while [ $row -le $rows ]; do
    if [ $row -le $((rows / 2)) ]; then left=41; right=42; else left=44; right=43; fi
    printf '\\033[%d;1H\\033[%dm%*s\\033[%dm%*s' $row $left $((columns / 2)) '' $right $((columns - columns / 2)) ''
    row=$((row + 1))
  done
  while [ "$(stty size)" = "$rows $columns" ]; do
    if [ -e ${file('mark')} ]; then color=45; else color=43; fi
    for line in -1 0 1 2; do printf '\\033[%d;%dH\\033[%dm%6s' $((rows * 3 / 4 + line)) $((columns * 3 / 4 - 2)) $color ''; done
    echo $rows $columns > ${file('size.txt')}
    sleep 0.2
  done
done
`
  writeFileSync(file('pattern.sh'), script)
}

function showPattern(on: RunningCompositor): void {
  const paint = [red, green, yellow, blue, mark].map((color, index) => `--override=colors.regular${index + 1}=${color}`)
  on.start('foot', ['--fullscreen', '--override=pad=0x0', '--override=dpi-aware=no', ...paint, 'sh', file('pattern.sh')])
}

interface Image {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}
const decoded = async (bytes: Uint8Array): Promise<Image> => {
  const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  return { width: info.width, height: info.height, data }
}
const imageFrom = async (path: string): Promise<Image | undefined> => {
  const reply = await fetch(`${host.http}/api/v1${path}`)
  return reply.ok ? decoded(new Uint8Array(await reply.arrayBuffer())) : undefined
}
const source = () => imageFrom('/studio/screenshot?source=desk&type=png')
const card = () => imageFrom(`/desktop/displays/${id}/screenshot?width=320&height=320`)
const canvas = async (): Promise<Image> =>
  decoded(
    Buffer.from(
      await page.getByTestId('desktop-canvas').evaluate((each) => (each as HTMLCanvasElement).toDataURL('image/png').split(',')[1]!),
      'base64',
    ),
  )
const isAt = (image: Image, [x, y]: readonly [number, number], hex: string): boolean => {
  const at = (Math.floor(y * image.height) * image.width + Math.floor(x * image.width)) * 3
  return rgbOf(hex).every((value, channel) => Math.abs(value - image.data[at + channel]!) < 24)
}
/** It has the corners where they are, in a frame of that size. */
const isUpright = (image: Image | undefined, size: readonly [number, number], last: string = yellow): boolean =>
  image !== undefined &&
  image.width === size[0] &&
  image.height === size[1] &&
  [red, green, blue, last].every((color, index) => isAt(image, places[index]!, color))
const described = (image: Image | undefined): string =>
  image === undefined
    ? 'there is no image'
    : `${image.width}x${image.height}: ${places.map(([x, y]) => {
        const at = (Math.floor(y * image.height) * image.width + Math.floor(x * image.width)) * 3
        return Buffer.from(image.data.subarray(at, at + 3)).toString('hex')
      })}`
const untilUpright = async (of: () => Promise<Image | undefined>, size: readonly [number, number], what: string, last?: string) => {
  let seen: Image | undefined
  await until(
    async () => {
      seen = await of()
      return isUpright(seen, size, last)
    },
    () => `${what}: ${described(seen)}`,
  )
}
const open = async () => {
  await page.goto(`${host.http}/desktops/${id}`)
  await page.locator('[data-testid=desktop][data-state=open]').waitFor()
}

beforeAll(async () => {
  if (missing !== undefined) return
  host = await startHost({ name: 'desktop-wayland-outputs' })
  compositor = await startCompositor({ width, height })
  writePattern()
  showPattern(compositor)
  id = (await ask('POST', '/desktop/displays', { name: 'Theirs', protocol: 'wayland', attach: { server: compositor.socket } })).id
  const collection = { format: 'ami-streams/collection', version: 1, name: 'Show', scenes: [{ id: 'show', name: 'Show', items: [] }] }
  await openCollection(host, collection)
  await ask('POST', '/studio/edits', {
    edits: [{ do: 'add', to: 'sources', value: { id: 'desk', kind: 'desktop-display', settings: { device: id } } }],
  })
  browser = await launchBrowser()
  page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await host?.stop()
  await compositor?.stop()
}, 60_000)

beforeEach((context) => {
  if (missing !== undefined) skipBecause(context, missing)
})

describe('an output of another compositor', () => {
  it('is shown upright however it is rotated or flipped: in the browser, on the card and in the studio', async () => {
    await open()
    await untilUpright(canvas, [width, height], 'it is seen')
    for (const transform of turned) {
      compositor.command('output', 'HEADLESS-1', 'transform', transform)
      const size: readonly [number, number] = transform.endsWith('90') || transform.endsWith('270') ? [height, width] : [width, height]
      await untilUpright(canvas, size, `seen with ${transform}`)
      await untilUpright(source, size, `in the studio with ${transform}`)
      let image: Image | undefined
      await until(
        async () => {
          image = await card()
          return image !== undefined && isUpright(image, [image.width, image.height]) && image.width < image.height === size[0] < size[1]
        },
        () => `on the card with ${transform}: ${described(image)}`,
      )
      // A small change is where it was drawn.
      writeFileSync(file('mark'), '')
      await untilUpright(canvas, size, `what changes with ${transform}`, mark)
      await untilUpright(source, size, `what changes in the studio with ${transform}`, mark)
      rmSync(file('mark'))
      await untilUpright(canvas, size, `what changes back with ${transform}`)
    }
    await look(page, 'desktop-wayland-rotated')
    const { width: known, height: high } = await ask('GET', `/desktop/displays/${id}`)
    expect([known, high]).toEqual([height, width])
  }, 240_000)

  it('has the pixels of one that is not rotated', async () => {
    const pixels: Image[] = []
    for (const [mode, transform] of [
      [`${width}x${height}`, 'normal'],
      [`${height}x${width}`, '90'],
      [`${height}x${width}`, '270'],
      [`${height}x${width}`, 'flipped-90'],
    ] as const) {
      compositor.command('output', 'HEADLESS-1', 'mode', '--custom', `${mode}@60Hz`)
      compositor.command('output', 'HEADLESS-1', 'transform', transform)
      await untilUpright(source, [width, height], `in the studio with ${transform}`)
      await untilUpright(canvas, [width, height], `seen with ${transform}`)
      pixels.push((await source())!)
    }
    for (const each of pixels) expect(Buffer.compare(each.data, pixels[0]!.data)).toBe(0)
  }, 120_000)

  it('is clicked where the pointer is', async () => {
    for (const transform of ['90', 'flipped-270', '180', 'normal']) {
      compositor.command('output', 'HEADLESS-1', 'transform', transform)
      const size: readonly [number, number] = transform.endsWith('90') || transform.endsWith('270') ? [width, height] : [height, width]
      await untilUpright(canvas, size, `seen with ${transform}`)
      for (const [x, y] of [
        [0.2, 0.35],
        [0.85, 0.6],
      ] as const) {
        const box = (await page.getByTestId('desktop-canvas').boundingBox())!
        const before = textOf('clicks.txt').length
        await page.mouse.click(box.x + box.width * x, box.y + box.height * y)
        const [column, line] = await until(() => {
          const found = /\[<0;(\d+);(\d+)M/.exec(textOf('clicks.txt').slice(before))
          return found !== null && [Number(found[1]), Number(found[2])]
        }, 'the click is reported')
        const [rows, columns] = textOf('size.txt').split(' ').map(Number)
        expect(Math.abs(column! - columns! * x), `column ${column} of ${columns} with ${transform}`).toBeLessThan(3)
        expect(Math.abs(line! - rows! * y), `line ${line} of ${rows} with ${transform}`).toBeLessThan(3)
      }
    }
  }, 120_000)

  it('is recorded upright', async () => {
    compositor.command('output', 'HEADLESS-1', 'mode', '--custom', `${width}x${height}@60Hz`)
    compositor.command('output', 'HEADLESS-1', 'transform', '90')
    await untilUpright(canvas, [height, width], 'seen')
    await ask('POST', `/desktop/displays/${id}/recording`)
    writeFileSync(file('mark'), '')
    await untilUpright(canvas, [height, width], 'the mark is seen', mark)
    const recordings = async () => (await ask('GET', '/desktop/recordings')).items
    const path = await until(async () => {
      const [found] = await recordings()
      return found !== undefined && join(host.dataDir, 'desktop-recordings', found.display, found.fileName)
    }, 'there is a file')
    const frame = async (): Promise<Image | undefined> => {
      const args = ['-v', 'error', '-i', path, '-f', 'image2pipe', '-c:v', 'png', '-update', '1', '-']
      const { stdout } = spawnSync('ffmpeg', args, { timeout: 60_000, maxBuffer: 1 << 28 })
      const start = stdout.lastIndexOf(Buffer.from([0x89, 0x50, 0x4e, 0x47]))
      return start < 0 ? undefined : decoded(stdout.subarray(start))
    }
    await untilUpright(frame, [height, width], 'the newest frame', mark)
    await ask('DELETE', `/desktop/displays/${id}/recording`)
    rmSync(file('mark'))
  }, 120_000)

  it('is missed where it is removed, and another one is found', async () => {
    // Its output is a window of the other compositor, which draws nothing that is behind another one.
    compositor.command('[app_id="foot"]', 'kill')
    const nested = await startCompositor({ within: compositor })
    try {
      const attached = await ask('POST', '/desktop/displays', { name: 'Nested', protocol: 'wayland', attach: { server: nested.socket } })
      await ask('PATCH', '/studio/sources/desk', { settings: { device: attached.id } })
      await page.goto(`${host.http}/desktops/${attached.id}`)
      await page.locator('[data-testid=desktop][data-state=open]').waitFor()
      showPattern(nested)
      const seen = async (of: () => Promise<Image | undefined>) => {
        const image = await of()
        return image !== undefined && isUpright(image, [image.width, image.height])
      }
      await until(() => seen(canvas), 'it is seen')
      await until(() => seen(source), 'the studio shows it')
      const problem = async (): Promise<string> => (await ask('GET', '/studio/sources/desk')).item.report.problem ?? ''
      compositor.command('[app_id="wlroots"]', 'kill')
      await page.locator('[data-testid=desktop][data-state=failed]').getByText('Its monitor was removed').waitFor()
      await until(async () => /output/.test(await problem()), 'the studio says so')
      await until(async () => (await source()) === undefined, 'the studio shows no old frame')
      await look(page, 'desktop-wayland-no-output')
      await page.getByTestId('desktop-again').click()
      await page.locator('[data-testid=desktop][data-state=failed]').getByText('It has no monitor').waitFor()
      nested.command('create_output')
      await until(() => seen(source), 'the studio shows the other one')
      await page.getByTestId('desktop-again').click()
      await page.locator('[data-testid=desktop][data-state=open]').waitFor()
      await until(() => seen(canvas), 'the other one is seen')
      await nested.stop()
      await page.locator('[data-testid=desktop][data-state=failed]').getByText('It has ended').waitFor()
      await until(async () => (await source()) === undefined, 'the studio shows no old frame')
    } finally {
      await nested.stop()
    }
  }, 180_000)
})
