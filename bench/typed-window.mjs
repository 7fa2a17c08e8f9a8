/**
 * A program on the display that is measured: each key press writes a block beside the last one, and turns one in the middle black or white.
 * DISPLAY and XAUTHORITY say where. Usage: node typed-window.mjs WIDTH HEIGHT
 */
import { readFileSync } from 'node:fs'
import { XClient } from '../e2e/helpers/x-client.ts'

const [width, height] = process.argv.slice(2).map(Number)
const { DISPLAY: display, XAUTHORITY: authority } = process.env
const client = await XClient.connect({ display, cookie: readFileSync(authority).subarray(-16) })
const window = client.createWindow({ width, height, background: 0x101010, className: 'Typed' })
client.map(window)
await client.sync()
client.focus(window)
// What a screen full of text costs whoever has to send all of it.
for (let y = 0; y < height; y += 16) {
  for (let x = 0; x < width; x += 8) if ((x * 7 + y * 13) % 5 > 1) client.fill(window, x, y, 5, 9, 0xd0d0d0)
}
let count = 0
client.onKey = (_, down) => {
  if (!down) return
  count++
  client.fill(window, (width >> 1) - 40, (height >> 1) - 20, 80, 40, count % 2 === 0 ? 0x000000 : 0xffffff)
  client.fill(window, 40 + 8 * (count % 80), 40, 6, 12, 0xffffff)
}
