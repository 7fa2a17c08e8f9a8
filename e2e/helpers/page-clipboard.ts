import { randomBytes } from 'node:crypto'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { until } from './until.ts'

/** The clipboard of the browser in which a display is open, and the steps that every kind of display passes. */
export interface PageClipboard {
  readonly text: () => Promise<string>
  readonly copy: (text: string) => Promise<void>
  /** What is copied on the display is this person's own copy where they have just used it. */
  readonly use: () => Promise<void>
  /** The window gets the focus again, as after another program. */
  readonly leaveAndReturn: () => Promise<void>
}

export function pageClipboard(page: Page): PageClipboard {
  return {
    text: () => page.evaluate(() => navigator.clipboard.readText()),
    copy: (text) => page.evaluate((copied) => navigator.clipboard.writeText(copied), text),
    use: () => page.getByTestId('desktop-keys').press('Shift'),
    leaveAndReturn: () =>
      page.evaluate(() => {
        window.dispatchEvent(new Event('blur'))
        window.dispatchEvent(new Event('focus'))
      }),
  }
}

/** Programs of the display. */
export interface CopyingPrograms {
  /** One copies that, as this type. */
  readonly copy: (data: string | Buffer, type: string) => Promise<unknown>
  /** What one pastes as this type; empty where nothing is copied as that. */
  readonly paste: (type: string) => Promise<Buffer>
}

/** Formatted text from a program of the display to the browser, then from the browser, with its plain text, to a program. */
export async function bringFormattedTextBothWays(page: Page, { copy, paste }: CopyingPrograms): Promise<void> {
  const { use, leaveAndReturn } = pageClipboard(page)
  await use()
  await copy('<p>From <b>there</b> ñ</p>', 'text/html')
  const html = () =>
    page.evaluate(async () => {
      const [item] = await navigator.clipboard.read()
      return item?.types.includes('text/html') ? (await item.getType('text/html')).text() : ''
    })
  await until(async () => (await html()).includes('From <b>there</b> ñ'), 'the browser has it')
  await page.evaluate(() =>
    navigator.clipboard.write([
      new ClipboardItem({
        'text/html': new Blob(['<p>From <i>here</i></p>'], { type: 'text/html' }),
        'text/plain': new Blob(['From here'], { type: 'text/plain' }),
      }),
    ]),
  )
  await leaveAndReturn()
  await until(async () => (await paste('text/html')).includes('From <i>here</i>'), 'a program there has it')
}

/** Pixels of a side of an image of noise, of which PNG makes more than 5 MiB. */
const side = 1340

/** An image of noise, which no format makes small. */
async function noise(): Promise<{ readonly png: Buffer; readonly rgb: Buffer }> {
  const rgb = randomBytes(side * side * 3)
  const png = await sharp(rgb, { raw: { width: side, height: side, channels: 3 } })
    .png({ compressionLevel: 0 })
    .toBuffer()
  return { png, rgb }
}

/** An image of more than 5 MiB from a program of the display to the browser, then another one from the browser to a program. */
export async function bringLargeImageBothWays(page: Page, { copy, paste }: CopyingPrograms): Promise<void> {
  const { use, leaveAndReturn } = pageClipboard(page)
  const { png, rgb } = await noise()
  if (png.length <= 5 * 1024 * 1024) throw new Error(`the image has ${png.length} bytes only`)
  await use()
  await copy(png, 'image/png')
  const here = async () =>
    Buffer.from(
      await page.evaluate(async () => {
        const [item] = await navigator.clipboard.read()
        if (!item?.types.includes('image/png')) return ''
        const bytes = new Uint8Array(await (await item.getType('image/png')).arrayBuffer())
        let text = ''
        for (let at = 0; at < bytes.length; at += 32_768) text += String.fromCharCode(...bytes.subarray(at, at + 32_768))
        return btoa(text)
      }),
      'base64',
    )
  const pixels = async (image: Buffer) => (image.length === 0 ? Buffer.alloc(0) : sharp(image).removeAlpha().raw().toBuffer())
  await until(async () => (await pixels(await here())).equals(rgb), 'the browser has the image')
  const other = await noise()
  await page.evaluate(async (base64) => {
    const image = new Blob([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], { type: 'image/png' })
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': image })])
  }, other.png.toString('base64'))
  await leaveAndReturn()
  await until(async () => (await pixels(await paste('image/png'))).equals(other.rgb), 'a program there has the image')
}
