import { existsSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { findingsInBothThemes } from './helpers/axe.ts'
import { setUpDesktopInBrowser } from './helpers/desktop-in-browser.ts'
import type { RunningHost } from './helpers/host.ts'
import { look, openCollection } from './helpers/studio-page.ts'
import { until } from './helpers/until.ts'

/** What the page of a desktop offers around the display: figures, quality, tools, images of all displays. */

const missing = ['Xvnc', 'xterm', 'ffplay'].every((program) => existsSync(`/usr/bin/${program}`))
  ? undefined
  : 'Xvnc, xterm and ffplay are needed: apt-get install tigervnc-standalone-server xterm ffmpeg'
let host: RunningHost
let page: Page
let problems: string[]
let id = ''
/** First bytes of what the display sends. */
const kinds: number[] = []
/** Profiles of H.264 of its keyframes: `AVCProfileIndication`. */
const profiles: number[] = []

setUpDesktopInBrowser({ name: 'desktop-page', missing, view: { colorScheme: 'dark' } }, async (desk) => {
  ;({ host, page, problems } = desk)
  page.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => {
      if (typeof payload === 'string') return
      kinds.push(payload[0]!)
      if (payload[0] === 3 && payload[1]! & 1) profiles.push(payload[17]!)
    }),
  )
  const made = await host.api('POST', '/desktop/displays', {
    name: 'Tools',
    command: ['xterm', '-maximized', '-bg', '#103050', '-fg', '#fff'],
  })
  id = made.body.id
})

const open = async (): Promise<void> => {
  await page.goto(`${host.http}/desktops/${id}`)
  await page.locator('[data-testid=desktop][data-state=open]').waitFor()
}
const canvasWidth = () => page.getByTestId('desktop-canvas').evaluate((canvas) => (canvas as HTMLCanvasElement).width)
const bar = () => page.getByTestId('desktop-bar')
const isShown = async () => (await bar().getAttribute('data-shown')) === 'true'

/** Mean colour of the middle of an image of a display. */
const middleOf = (name: string) =>
  page.getByTestId(name).evaluate((canvas) => {
    const { width, height } = canvas as HTMLCanvasElement
    return [...(canvas as HTMLCanvasElement).getContext('2d')!.getImageData(width >> 1, height >> 1, 1, 1).data]
  })

describe('the cards of all desktops', () => {
  it('show each display as it looks now, and nothing is started for it', async () => {
    await page.goto(`${host.http}/desktops`)
    await page.locator('[data-testid=display-image][data-seen=true]').waitFor()
    await until(async () => {
      const [red, green, blue] = await middleOf('display-image')
      return [Math.abs(red! - 0x10), Math.abs(green! - 0x30), Math.abs(blue! - 0x50)].every((off) => off < 12)
    }, 'the image shows the terminal')
    await host.api('POST', `/desktop/displays/${id}/programs`, { command: ['xterm', '-geometry', '300x100+0+0', '-bg', '#902010'] })
    await until(async () => (await middleOf('display-image'))[0]! > 0x70, 'the image shows what was started since')
    expect((await host.api('GET', `/desktop/displays/${id}`)).body.viewers).toBe(0)
    expect(await findingsInBothThemes(page)).toEqual([])
    await look(page, 'desktops-cards')
  })

  it('have an image by the API: as large as wanted, the same for all who ask at once', async () => {
    // The page's own images are not to be among those that are rejected.
    await page.goto('about:blank')
    const ask = (query: string, of = id) => fetch(`${host.http}/api/v1/desktop/displays/${of}/screenshot${query}`)
    const answers = await Promise.all(Array.from({ length: 40 }, () => ask('?width=320&height=320')))
    const images = await Promise.all(answers.map(async (answer) => Buffer.from(await answer.arrayBuffer())))
    expect(answers.map(({ status }) => status)).toEqual(Array(40).fill(200))
    expect(images.every((image) => image.equals(images[0]!))).toBe(true)
    expect(images[0]!.readUInt16BE(0)).toBe(0xffd8)
    expect((await ask('', 'nobody')).status).toBe(404)
    expect((await ask('?width=100000')).status).toBe(400)
    // Each of another size is one more to make: who asks for too many is rejected, and the host goes on.
    const many = await Promise.all(Array.from({ length: 120 }, (_, index) => ask(`?width=${100 + index}`)))
    expect(new Set(many.map(({ status }) => status))).toEqual(new Set([200, 429]))
  })
})

describe('short routes', () => {
  const short = (method: string, path: string, body?: object) =>
    fetch(`${host.http}/api/streams/${path}`, {
      method,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
  const listed = async (path: string): Promise<string[]> =>
    (await (await short('GET', path)).json()).items.map((item: { id: string }) => item.id)

  it('make displays, and start and end what shows them', async () => {
    const made = await short('POST', 'virtual', { name: 'Short', command: null })
    const { id: other } = await made.json()
    expect(made.status).toBe(201)
    expect(await listed('virtual')).toContain(other)
    expect(await listed('video')).not.toContain(other)
    expect((await short('POST', 'video', { id: other })).status).toBe(200)
    expect(await listed('video')).toContain(other)
    expect((await short('DELETE', `video?id=${other}`)).status).toBe(204)
    expect(await listed('video')).not.toContain(other)
    expect((await host.api('GET', `/desktop/displays/${other}`)).body.state).toBe('running')
    expect((await short('DELETE', 'video?id=nobody')).status).toBe(404)
    await host.api('DELETE', `/desktop/displays/${other}`)
  })
})

describe('the page of a desktop', () => {
  it('says how long a change takes, step by step, and a key to its pixel', async () => {
    await open()
    await page.getByTestId('desktop-latency').click()
    // As they are together at one moment: each change has figures of its own.
    const figures = () =>
      page.evaluate(() =>
        ['capture', 'encode', 'network', 'decode', 'draw', 'sum', 'press'].map((name) =>
          Number(document.querySelector<HTMLElement>(`[data-testid=latency-${name}]`)?.dataset.ms ?? Number.NaN),
        ),
      )
    const [capture, encode, network, decode, draw, sum] = await until(async () => {
      await page.getByTestId('desktop-keys').focus()
      await page.keyboard.press('a')
      const found = await figures()
      // Where a later change took longer than the one that the key made.
      return found[6]! > found[0]! + found[1]! && found
    }, 'a key was measured')
    const steps = [capture!, encode!, network!, decode!, draw!]
    expect(steps.every((step) => step >= 0)).toBe(true)
    expect(steps.some((step) => step > 0)).toBe(true)
    expect(sum).toBeCloseTo(steps.reduce((all, step) => all + step, 0))
    expect(await findingsInBothThemes(page)).toEqual([])
    await look(page, 'desktop-latency')
    await page.getByTestId('desktop-latency').click()
  })

  it('sends motion as video early where that is preferred, and late where pixels are', async () => {
    // A fifth of a display of this size: large for one who prefers little to be sent, not for one who prefers pixels.
    const { width, height } = (await host.api('GET', `/desktop/displays/${id}`)).body
    const film = { width: Math.round(width * 0.45) & ~1, height: Math.round(height * 0.45) & ~1 }
    await host.api('POST', `/desktop/displays/${id}/programs`, {
      command: [
        'ffplay',
        '-loglevel',
        'error',
        '-an',
        '-noborder',
        '-left',
        '40',
        '-top',
        '40',
        '-f',
        'lavfi',
        '-i',
        `testsrc2=size=${film.width}x${film.height}:rate=30`,
      ],
    })
    const since = async (change: () => Promise<void>): Promise<void> => {
      await change()
      kinds.length = 0
    }
    const seen = (kind: number) => kinds.filter((each) => each === kind).length
    const prefer = (value: string) => page.getByTestId('desktop-quality').fill(value)
    await since(() => prefer('0'))
    await until(() => seen(3) > 10, 'the film comes as video')
    // What is on its way still comes.
    await since(() => prefer('2'))
    await until(() => seen(1) > 10 && kinds.slice(-8).every((kind) => kind !== 3), 'the film comes as pixels')
    await since(() => page.reload().then(() => undefined))
    await until(() => seen(1) > 10, 'the choice is kept')
    expect(seen(3)).toBe(0)
  })

  it('keeps the color of every pixel in motion where sharp is preferred, and less where it is not', async () => {
    const { body: made } = await host.api('POST', '/desktop/displays', { name: 'Colors', command: ['sleep', '300'] })
    try {
      await page.goto(`${host.http}/desktops/${made.id}`)
      await page.locator('[data-testid=desktop][data-state=open]').waitFor()
      const { width, height } = await until(async () => {
        const { body } = await host.api('GET', `/desktop/displays/${made.id}`)
        return body.width === (await canvasWidth()) ? body : undefined
      }, 'the display is as large as its canvas')
      // A film of nearly all of it, with stripes of red and blue that are a pixel wide.
      const film = `testsrc2=size=${Math.round(width * 0.9) & ~1}x${Math.round(height * 0.9) & ~1}:rate=15,format=gbrp[film]`
      const stripes = `nullsrc=size=64x64:rate=15,format=gbrp,geq=r='255*mod(X,2)':g=0:b='255-255*mod(X,2)'[stripes]`
      const place = ['-noborder', '-left', '0', '-top', '0', '-f', 'lavfi', '-i']
      await host.api('POST', `/desktop/displays/${made.id}/programs`, {
        command: ['ffplay', '-loglevel', 'error', ...place, `${film};${stripes};[film][stripes]overlay=x=16:y=16:format=gbrp,format=bgra`],
      })
      /** The share of the stripes' pixels that are red or blue, not purple. */
      const colored = () =>
        page.getByTestId('desktop-canvas').evaluate((canvas) => {
          const { data } = (canvas as HTMLCanvasElement).getContext('2d')!.getImageData(24, 24, 48, 48)
          let count = 0
          for (let at = 0; at < data.length; at += 4) if (Math.abs(data[at]! - data[at + 2]!) > 120) count++
          return count / (48 * 48)
        })
      const asVideo = async (quality: string) => {
        await page.getByTestId('desktop-quality').fill(quality)
        kinds.length = 0
        await until(() => kinds.length > 15 && kinds.slice(-10).every((kind) => kind === 3), `all comes as video at ${quality}`)
      }
      /** Of frames of video alone: what rests comes as pixels. */
      const seen = async (isRight: (share: number) => boolean, profile: number) => {
        const from = kinds.length
        const shares = [await colored(), await colored(), await colored()]
        await until(() => kinds.length > from + 2, 'more frames')
        return profiles.at(-1) === profile && kinds.slice(from - 5).every((kind) => kind === 3) && shares.every(isRight)
      }
      await asVideo('2')
      await until(() => seen((share) => share > 0.9, 244), 'every pixel has its color')
      await asVideo('1')
      await until(() => seen((share) => share < 0.1, 66), 'four pixels share one')
      expect(problems).toEqual([])
    } finally {
      await host.api('DELETE', `/desktop/displays/${made.id}`)
    }
  })

  it('hides its tools in small windows and where they are not pinned, and shows them at a key', async () => {
    await open()
    expect(await isShown()).toBe(true)
    await page.getByTestId('desktop-pin').click()
    await page.getByTestId('desktop-keys').focus()
    await page.mouse.move(600, 400)
    await until(async () => !(await isShown()), 'the tools are hidden')
    await look(page, 'desktop-hidden')
    await page.getByTestId('desktop-keys').focus()
    await page.keyboard.press('Control+Alt+Home')
    await until(isShown, 'a key shows them')
    expect(await page.getByTestId('desktop-back').evaluate((link) => link === document.activeElement)).toBe(true)
    await page.getByTestId('desktop-keys').focus()
    await until(async () => !(await isShown()), 'the tools are hidden again')
    // The handle hides while the pointer is over it: the click must not reach the display.
    const handle = (await page.getByTestId('desktop-handle').boundingBox())!
    const presses = await page.getByTestId('desktop-canvas').evaluateHandle((canvas) => {
      const seen = { count: 0 }
      canvas.addEventListener('pointerdown', () => seen.count++)
      return seen
    })
    await page.mouse.click(handle.x + handle.width / 2, handle.y + handle.height / 2)
    await until(isShown, 'the handle shows them')
    expect(await presses.evaluate(({ count }) => count)).toBe(0)
    await page.getByTestId('desktop-pin').click()
    await page.getByTestId('desktop-keys').focus()
    await until(async () => (await bar().getAttribute('data-hides')) === 'false', 'they stay')
    expect(problems).toEqual([])
  })
})

describe('the studio', () => {
  it('offers displays by their images, and shows the one that was chosen', async () => {
    const show = { format: 'ami-streams/collection', version: 1, name: 'Desks', scenes: [{ id: 'show', name: 'Show', items: [] }] }
    await openCollection(host, show)
    await page.goto(`${host.http}/studio`)
    await page.getByTestId('add-source').click()
    await page.getByTestId('kind-desktop-display').click()
    await page.locator('[data-testid=device-image][data-seen=true]').waitFor()
    expect(await findingsInBothThemes(page)).toEqual([])
    await look(page, 'desktop-add-source')
    await page.getByTestId('device-card').filter({ hasText: 'Tools' }).locator('input').press('Space')
    await page.getByTestId('new-source-add').click()
    await page.getByTestId('new-source-dialog').waitFor({ state: 'detached' })
    const added = async () => (await host.api('GET', '/studio/sources')).body.items[0]
    expect((await added())?.settings.device).toBe(id)
    await until(async () => (await added())?.report?.state === 'running', 'the display is captured')
    await page.goto(`${host.http}/desktops`)
    await page.getByTestId('display-card').getByText('In the studio').waitFor()
    expect(problems).toEqual([])
  })
})
