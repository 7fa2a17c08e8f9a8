import sharp from 'sharp'
import { loadAddon } from '../../../platform/load-addon.ts'
import { connectToHost } from '../../../platform/workers/worker-side.ts'
import type { FromDesktopImages, ToDesktopImages } from '../../images/messages.ts'
import type { DesktopAddon, NativeScreenshot } from '../desktop-addon.ts'

/** Reads displays for the host and makes small images of them. Ends with the host's word. */

const quality = 72

// Each image is another one: a cache would only keep it.
sharp.cache(false)
sharp.concurrency(1)

const host = connectToHost<ToDesktopImages, FromDesktopImages>((order) => {
  const failed = (error: unknown): void => host.send({ id: order.id, jpeg: undefined, why: (error as Error).message })
  try {
    addonOf(order.protocol).screenshot(order, (shot) => {
      encode(shot).then((jpeg) => host.send({ id: order.id, jpeg, why: shot.rejection }), failed)
    })
  } catch (error) {
    failed(error)
  }
})
host.stopping.addEventListener('abort', () => host.end())
const x11 = loadAddon<DesktopAddon>('x11')
let wayland: Pick<DesktopAddon, 'screenshot'> | undefined
host.ready()

/** Throws where the native part for Wayland is missing, which only its displays need. */
function addonOf(protocol: ToDesktopImages['protocol']): Pick<DesktopAddon, 'screenshot'> {
  if (protocol === 'x11') return x11
  wayland ??= loadAddon<DesktopAddon>('wayland')
  return wayland
}

async function encode({ rejection, width, height, rgba }: NativeScreenshot): Promise<Uint8Array | undefined> {
  if (rejection !== '') return undefined
  return sharp(rgba, { raw: { width, height, channels: 4 } })
    .removeAlpha()
    .jpeg({ quality })
    .toBuffer()
}
