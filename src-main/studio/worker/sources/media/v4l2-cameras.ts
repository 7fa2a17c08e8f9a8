import { readdir, readFile, realpath } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Device } from '../../../../media/device.ts'

/** Names of one camera's further nodes (metadata, other streams) end in another index than this. */
const firstNode = /-video-index0$/

/**
 * Cameras that Video4Linux knows. Their id is the link under /dev/v4l/by-id, which stays the same wherever a camera is plugged in, and
 * the device file for those that have none.
 * @param root where `dev` and `sys` are, for tests
 */
export async function listV4l2Cameras(root = '/'): Promise<readonly Device[]> {
  const byId = join(root, 'dev/v4l/by-id')
  const cameras: Device[] = []
  const linked = new Set<string>()
  for (const name of await namesIn(byId)) {
    const node = await realpath(join(byId, name)).catch(() => undefined)
    if (node === undefined) continue
    linked.add(basename(node))
    if (firstNode.test(name)) cameras.push(await describe(root, join(byId, name), basename(node)))
  }
  for (const name of await namesIn(join(root, 'sys/class/video4linux'))) {
    // A camera's second node carries metadata, not video.
    const index = await text(join(root, 'sys/class/video4linux', name, 'index'))
    if (!linked.has(name) && (index === '' || index === '0')) cameras.push(await describe(root, join(root, 'dev', name), name))
  }
  return cameras
}

async function describe(root: string, id: string, node: string): Promise<Device> {
  const name = await text(join(root, 'sys/class/video4linux', node, 'name'))
  return { kind: 'v4l2-camera', id, name: name === '' ? node : name, details: { node: `/dev/${node}` } }
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).sort()
}

async function text(file: string): Promise<string> {
  return (await readFile(file, 'utf8').catch(() => '')).trim()
}
