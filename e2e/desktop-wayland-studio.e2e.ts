import { readdirSync, readFileSync } from 'node:fs'
import sharp from 'sharp'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findProgram } from '../src-main/platform/programs/find-program.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { requestsTo } from './helpers/requests.ts'
import { skipBecause } from './helpers/skip.ts'
import { openCollection } from './helpers/studio-page.ts'
import { until } from './helpers/until.ts'

/** A Wayland display as a source of the studio: a real terminal at a real compositor, seen in the program. */

const missing = ['sway', 'foot'].every((program) => findProgram(program) !== undefined)
  ? undefined
  : 'sway and foot are needed: apt-get install sway foot'
let host: RunningHost
let id = ''
const ask = requestsTo(() => host)
const terminal = (color: string) => ['foot', `--override=colors.background=${color}`]
const [blue, red] = ['2060a0', '801020'] as const

/** Size of what the studio shows, and the color of a pixel of it; undefined where it shows nothing. */
async function shown(what: string): Promise<{ readonly size: string; readonly color: readonly number[] } | undefined> {
  const reply = await fetch(`${host.http}/api/v1/studio/screenshot?${what}&type=png`)
  if (!reply.ok) return undefined
  const { data, info } = await sharp(Buffer.from(await reply.arrayBuffer()))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  const at = (200 * info.width + 200) * 3
  return { size: `${info.width}x${info.height}`, color: [...data.subarray(at, at + 3)] }
}
const isColor = (found: readonly number[], hex: string) =>
  [...Buffer.from(hex, 'hex')].every((value, channel) => Math.abs(value - (found[channel] ?? -100)) < 12)
const untilShown = (size: string, color: string, what: string) =>
  until(
    async () => {
      const now = await shown('source=desk')
      return now !== undefined && now.size === size && isColor(now.color, color)
    },
    () => what,
  )
const problem = async (): Promise<string> => (await ask('GET', '/studio/sources/desk')).item.report.problem ?? ''
const sway = (command: string) => ask('POST', `/desktop/displays/${id}/programs`, { command: ['swaymsg', ...command.split(' ')] })
/** Process of its compositor. */
const compositor = (): number =>
  Number(
    readdirSync('/proc').find((pid) => {
      try {
        const [program, ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
        return program!.endsWith('sway') && args.some((arg) => arg.includes(host.dataDir) && arg.includes(id))
      } catch {
        return false
      }
    }),
  )

beforeAll(async () => {
  if (missing !== undefined) return
  host = await startHost({ name: 'desktop-wayland-studio' })
  const scenes = [{ id: 'show', name: 'Show', items: [] }]
  const collection = { format: 'ami-streams/collection', version: 1, name: 'Desks', scenes }
  await openCollection(host, collection)
}, 120_000)

afterAll(async () => {
  if (id !== '') await ask('DELETE', `/desktop/displays/${id}`)
  await host?.stop()
}, 60_000)

describe('a Wayland display as a source of the studio', () => {
  beforeEach((context) => {
    if (missing !== undefined) skipBecause(context, missing)
  })

  it('is offered, and is seen in the program in its size', async () => {
    const order = { name: 'Desk', protocol: 'wayland', width: 640, height: 480, command: terminal(blue) }
    id = (await ask('POST', '/desktop/displays', order)).id
    const { items } = await ask('GET', '/studio/devices?kind=desktop-display')
    expect(items).toEqual([expect.objectContaining({ id, name: 'Desk, 640x480' })])
    await ask('POST', '/studio/edits', {
      edits: [
        { do: 'add', to: 'sources', value: { id: 'desk', kind: 'desktop-display', settings: { device: id } } },
        { do: 'add', to: 'scenes/show/items', value: { source: 'desk' } },
      ],
    })
    await untilShown('640x480', blue, 'the studio shows the display')
    await until(async () => isColor((await shown('scene=show'))?.color ?? [], blue), 'the scene has it')
    expect((await ask('GET', `/desktop/displays/${id}`)).inShow).toBe(true)
  })

  it('shows what changes there', async () => {
    await ask('POST', `/desktop/displays/${id}/programs`, { command: [...terminal(red), '--fullscreen'] })
    await untilShown('640x480', red, 'the second terminal is seen')
  })

  it('follows its size', async () => {
    await ask('PATCH', `/desktop/displays/${id}`, { monitors: [{ x: 0, y: 0, width: 500, height: 400 }] })
    await untilShown('500x400', red, 'it has its new size')
  })

  it('is seen in its pixels where its programs draw larger', async () => {
    await sway('output HEADLESS-1 scale 2')
    await ask('POST', `/desktop/displays/${id}/programs`, { command: [...terminal(blue), '--fullscreen'] })
    await untilShown('500x400', blue, 'it has the pixels that it had')
    await sway('output HEADLESS-1 scale 1')
  })

  it('is seen upright where it is rotated', async () => {
    await sway('output HEADLESS-1 transform 90')
    await ask('POST', `/desktop/displays/${id}/programs`, { command: [...terminal(red), '--fullscreen'] })
    await untilShown('400x500', red, 'it is turned')
    await sway('output HEADLESS-1 transform normal')
  })

  it('is waited for when its compositor is gone, shown when it is back, and gone when it was removed', async () => {
    process.kill(compositor(), 'SIGKILL')
    await until(async () => /is gone|No compositor answers/.test(await problem()), 'it is waited for')
    expect(await shown('source=desk')).toBeUndefined()
    // Who opens it starts it again.
    await ask('POST', `/desktop/displays/${id}/programs`, { command: [...terminal(red), '--fullscreen'] })
    await until(async () => isColor((await shown('source=desk'))?.color ?? [], red), 'it is shown again')
    await ask('DELETE', `/desktop/displays/${id}`)
    id = ''
    await until(async () => (await problem()).startsWith('There is no such desktop any more'), 'it does not come back')
    await ask('DELETE', '/studio/sources/desk')
  })
})
