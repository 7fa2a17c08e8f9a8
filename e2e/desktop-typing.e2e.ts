import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Browser, CDPSession, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { complaints, launchBrowser } from './helpers/browser.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { requestsTo } from './helpers/requests.ts'
import { skipBecause } from './helpers/skip.ts'
import { until } from './helpers/until.ts'

/** What is typed in Chromium, as programs on a display have it: a terminal, which is sent the bytes of them, and a field of GTK. */

const missing = ['Xvnc', 'xterm'].every((program) => existsSync(`/usr/bin/${program}`))
  ? undefined
  : 'Xvnc and xterm are needed: apt-get install tigervnc-standalone-server xterm'
const execute = promisify(execFile)
let host: RunningHost
let browser: Browser
let page: Page
let cdp: CDPSession
let id = ''
let problems: string[]
const ask = requestsTo(() => host)
const run = (...command: readonly string[]) => ask('POST', `/desktop/displays/${id}/programs`, { command })

beforeAll(async () => {
  if (missing !== undefined) return
  host = await startHost({ name: 'desktop-typing' })
  browser = await launchBrowser()
  page = await browser.newPage({ viewport: { width: 1000, height: 700 } })
  problems = complaints(page)
  cdp = await page.context().newCDPSession(page)
}, 120_000)

beforeEach(async (context) => {
  if (missing !== undefined) skipBecause(context, missing)
  id = (await ask('POST', '/desktop/displays', { command: null })).id
  await page.goto(`${host.http}/desktops/${id}`)
  await page.locator('[data-testid=desktop][data-state=open]').waitFor()
})

afterEach(async () => {
  if (id !== '') await ask('DELETE', `/desktop/displays/${id}`)
  id = ''
})

afterAll(async () => {
  await browser?.close()
  await host?.stop()
}, 60_000)

/** A terminal that writes down every byte that it is sent; answers what it has written. */
async function terminal(name: string): Promise<() => string> {
  const log = join(host.dataDir, `${name}.txt`)
  await run('sh', '-c', `exec xterm -maximized -u8 -e sh -c 'stty raw -echo; cat > ${log}'`)
  await until(() => existsSync(log), 'a terminal listens')
  await page.getByTestId('desktop-keys').focus()
  return () => readFileSync(log, 'utf8')
}

/** Scripts of which a few signs say all: of the others one is taken of every row of sixteen, which every block of Unicode has. */
const large =
  /\p{Script=Han}|\p{Script=Hangul}|\p{Script=Yi}|\p{Script=Tangut}|\p{Script=Khitan_Small_Script}|\p{Script=Egyptian_Hieroglyphs}|\p{Script=Cuneiform}|\p{Script=Anatolian_Hieroglyphs}|\p{Script=Bamum}|\p{Script=Nushu}|\p{Script=SignWriting}/u
const printed = /^[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Co}]$/u

/** Characters of every block of Unicode that has any which are printed. */
function sampleOfUnicode(): string[] {
  const sample: string[] = []
  for (let row = 0x20; row < 0x10_fff0; row += 16) {
    // One of each plane that is for private use.
    if (row >= 0xf_0000 && (row & 0xffff) !== 0) continue
    const found = Array.from({ length: 16 }, (_, column) => row + column)
      .filter((point) => point < 0xd800 || point > 0xdfff)
      .map((point) => String.fromCodePoint(point))
      .find((character) => printed.test(character))
    if (found === undefined) continue
    if ((large.test(found) || /\p{Co}/u.test(found)) && (row & 0xff) !== 0) continue
    sample.push(found)
  }
  return sample
}

/** Something light is drawn on the display, which is black when it is empty. */
const hasWindow = () =>
  page.getByTestId('desktop-canvas').evaluate((canvas) => {
    const { width, height } = canvas as HTMLCanvasElement
    const { data } = (canvas as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height)
    let light = 0
    for (let at = 0; at < data.length; at += 4) if (data[at]! > 200) light++
    return light > 1000
  })

/** What differs, as people find it. */
const differences = (wanted: readonly string[], got: readonly string[]) =>
  wanted.flatMap((character, at) => (got[at] === character ? [] : [`${at}: U+${character.codePointAt(0)!.toString(16)} is ${got[at]}`]))

it('is every character of Unicode that is printed, of each block', async () => {
  const sample = sampleOfUnicode()
  expect(sample.length).toBeGreaterThan(1000)
  const written = await terminal('blocks')
  await page.keyboard.insertText(sample.join(''))
  await until(
    () => [...written()].length >= sample.length,
    () => `${[...written()].length} of ${sample.length} characters have come`,
    90_000,
  )
  expect(differences(sample, [...written()])).toEqual([])
  expect(problems).toEqual([])
})

it.skipIf(!['zenity', 'openbox'].every((program) => existsSync(`/usr/bin/${program}`)))(
  'is every character in a field of GTK as well',
  async () => {
    // Marks would be joined with what is before them.
    // GTK 3 looks at sixteen bits of a keysym: for it these are dead keys.
    const sample = sampleOfUnicode().filter(
      (character, at) => at % 5 === 0 && /^[\p{L}\p{N}\p{S}]$/u.test(character) && !/[\ufe50-\ufe93]/u.test(character),
    )
    const log = join(host.dataDir, 'field.txt')
    // Without a window manager nothing gives it the keyboard.
    await run('openbox')
    await run('sh', '-c', `LC_ALL=C.UTF-8 zenity --entry --title Field > ${log}.part; mv ${log}.part ${log}`)
    await until(hasWindow, 'the field is there')
    await page.getByTestId('desktop-keys').focus()
    await page.keyboard.insertText(sample.join(''))
    await page.keyboard.press('Enter')
    // It does not read what is typed for a while, as on a machine that is busy.
    const field = Number((await execute('pgrep', ['-f', '^zenity --entry --title Field'])).stdout)
    process.kill(field, 'SIGSTOP')
    await delay(3000)
    process.kill(field, 'SIGCONT')
    await until(() => existsSync(log), 'the field was sent', 60_000)
    expect(differences(sample, [...readFileSync(log, 'utf8').trimEnd()])).toEqual([])
  },
)

const control = 2
/** A key as Chromium reports it of a layout that is not this machine's. */
async function press(key: string, code: string, modifiers = 0, text = ''): Promise<void> {
  await cdp.send('Input.dispatchKeyEvent', { type: text === '' ? 'rawKeyDown' : 'keyDown', key, code, modifiers, text })
  await cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', key, code, modifiers })
}

it('is what dead keys make of the key after them, and every character of a key that writes several', async () => {
  const written = await terminal('dead')
  for (const [code, made] of [
    ['Equal', 'é'],
    ['Backquote', 'Ô'],
    ['BracketRight', 'ñ'],
    ['Quote', 'ï'],
  ] as const) {
    await press('Dead', code)
    await press(made, `Key${made.normalize('NFD')[0]!.toUpperCase()}`, 0, made)
  }
  // As Firefox reports a dead key before a letter that it makes nothing of, and lam with alef of Arabic layouts.
  await press('Dead', 'Equal')
  for (const [key, code] of [
    ['´x', 'KeyX'],
    ['لا', 'KeyB'],
  ] as const) {
    await page.getByTestId('desktop-keys').evaluate(
      (field, init) => {
        for (const type of ['keydown', 'keyup']) field.dispatchEvent(new KeyboardEvent(type, { ...init, bubbles: true, cancelable: true }))
      },
      { key, code },
    )
  }
  // As input methods write them.
  await cdp.send('Input.imeSetComposition', { text: 'に', selectionStart: 1, selectionEnd: 1 })
  await cdp.send('Input.imeSetComposition', { text: '日本', selectionStart: 2, selectionEnd: 2 })
  await page.keyboard.insertText('日本👩‍💻')
  const wanted = 'éÔñï´xلا日本👩‍💻'
  await until(
    () => written() === wanted,
    () => `typed is ${wanted}: ${written()}`,
    15_000,
  )
})

it('is Ctrl with every letter and sign that terminals know, by the Latin letter of the key on layouts of other scripts', async () => {
  const written = await terminal('chords')
  const letters = [...'abcdefghijklmnopqrstuvwxyz']
  for (const letter of letters) await page.keyboard.press(`Control+${letter}`)
  for (const sign of ['[', '\\', ']', ' ']) await page.keyboard.press(`Control+${sign === ' ' ? 'Space' : sign}`)
  // Es, Ya and beta are on the keys of C, Z and B.
  await press('Control', 'ControlLeft', control)
  await cdp.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', key: 'Control', code: 'ControlLeft', modifiers: control })
  await press('с', 'KeyC', control)
  await press('я', 'KeyZ', control)
  await press('β', 'KeyB', control)
  await cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', key: 'Control', code: 'ControlLeft', modifiers: 0 })
  await page.keyboard.type('я')
  const codes = [...letters.map((_, at) => at + 1), 27, 28, 29, 0, 3, 26, 2]
  const wanted = `${String.fromCharCode(...codes)}я`
  await until(
    () => written() === wanted,
    () => `typed is ${JSON.stringify(wanted)}: ${JSON.stringify(written())}`,
    15_000,
  )
})
