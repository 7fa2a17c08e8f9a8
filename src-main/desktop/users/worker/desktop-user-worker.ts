import { Socket } from 'node:net'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '../../../platform/errors.ts'
import { workerLog } from '../../../platform/workers/worker-log.ts'
import type { RunningDisplay, XServer } from '../../displays/display-server.ts'
import { OwnSite } from '../../displays/display-site.ts'
import { pipeWireServer } from '../../displays/pipewire/pipewire-server.ts'
import { swayServer } from '../../displays/sway/sway-server.ts'
import { xorgServer } from '../../displays/xorg/xorg-server.ts'
import { xvncServer } from '../../displays/xvnc/xvnc-server.ts'
import { ownFiles, type UploadWish } from '../../files/display-files.ts'
import { type DisplayUpload, DisplayUploads } from '../../files/display-uploads.ts'
import { SharedFolder } from '../../files/shared-folder.ts'
import { DisplayImages } from '../../images/display-images.ts'
import { Printers } from '../../printing/printers.ts'
import { fromUser, maxJsonBytes, readMessage, readUserWire, readWithBytes, toUser, withBytes, writeFrame } from '../user-wire.ts'
import { OpenHandles } from './open-handles.ts'
import { UserWorkers } from './user-workers.ts'

/**
 * Makes displays of the user that it runs as, and does with that user's rights what viewers do there: the host, which is another user, says
 * what by the connection that it was started with. Displays and their programs go on when the connection ends.
 */

/** The descriptor of the connection. */
const channelFd = 3

interface Named {
  readonly id: string
  readonly name: string
}

const log = workerLog({ section: 'desktop-user' })
const channel = new Socket({ fd: channelFd, readable: true, writable: true })
const end = (): never => process.exit(0)
channel.on('error', end)
channel.on('close', end)
channel.on('end', end)
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, end)

const { HOME: home = homedir(), XDG_RUNTIME_DIR: runtime = '' } = process.env
const names = new Map<string, string>()
const folderOf = (display: Named): Promise<SharedFolder> => SharedFolder.open(join(home, 'Downloads'), display)
const printers = new Printers({
  folderOf: (id) => folderOf({ id, name: names.get(id) ?? 'Desktop' }),
  foldersThere: async (id) => [await SharedFolder.ifThere(join(home, 'Downloads'), id)].flatMap((each) => each ?? []),
  nameOf: (id) => names.get(id) ?? id,
  onPrinted: (display, { name, path }) => {
    writeFrame(channel, fromUser.printed, 0, [Buffer.from(JSON.stringify({ display, name, path }))])
  },
  // The host keeps the log, by what it is sent.
  audit: { record() {} },
  log,
})
const site = new OwnSite({
  servers: { xvnc: xvncServer, xorg: xorgServer, wayland: swayServer },
  audio: pipeWireServer,
  printers,
  folder: join(runtime, 'displays'),
  log,
})
const uploads = new DisplayUploads()
const files = (display: Named) => ownFiles(display, { uploads, folderOf })
const images = new DisplayImages(log)
const workers = new UserWorkers(channel, log)
const handles = new OpenHandles()

const shown = ({ id, path, bytes, received, placed }: DisplayUpload) => ({ id, path, bytes, received, placed: placed ?? null })

/** What the host can ask for; the answer, and bytes beside it. */
// biome-ignore lint/suspicious/noExplicitAny: the host is trusted, and sends what its own types say
const methods: Readonly<Record<string, (params: any, bytes: Buffer) => unknown>> = {
  'display.start': (order: Named & { readonly width: number; readonly height: number; readonly xServer: XServer }) =>
    site.start({ ...order, protocol: 'x11', scale: 1 }),
  'display.check': async ({ running, ...display }: Named & { readonly running: RunningDisplay }) => {
    const found = await site.check(display, running)
    if (found !== undefined) await printers.removeLeftBehind([display.id])
    return found ?? null
  },
  'display.program': ({
    running,
    command,
    ...display
  }: Named & { readonly running: RunningDisplay; readonly command: readonly string[] }) => site.program(display, running, command),
  'display.end': ({ id, running }: { readonly id: string; readonly running: RunningDisplay }) => site.end(id, running),
  'display.remove': ({ id }: { readonly id: string }) => site.remove(id),
  'worker.open': async ({
    channel: number,
    id,
    running,
  }: {
    readonly channel: number
    readonly id: string
    readonly running: RunningDisplay
  }) => {
    // Its printer is this process's: the one before may have ended.
    await site.check({ id }, running)
    workers.open(number, running)
  },
  'image': async ({ running, width, height }: { readonly running: RunningDisplay; readonly width: number; readonly height: number }) =>
    Buffer.from(await images.of(running, width, height)),
  'files.list': ({ display, path }: { readonly display: Named; readonly path: string }) => files(display).list(path),
  'files.open': async ({ display, path }: { readonly display: Named; readonly path: string }) =>
    handles.add(await files(display).download(path)),
  'files.uris': ({ display, paths }: { readonly display: Named; readonly paths: readonly string[] }) => files(display).urisOf(paths),
  'copied.list': async ({ display, uris }: { readonly display: Named; readonly uris: string }) => {
    const { entries, more } = await files(display).copied(uris)
    return { entries: entries.map(({ name, kind, bytes }) => ({ name, kind, bytes })), more }
  },
  'copied.open': async ({ display, uris }: { readonly display: Named; readonly uris: string }) => {
    const download = await files(display).downloadCopied(uris)
    return download === undefined ? null : handles.add(download)
  },
  'handle.read': ({ handle, offset, bytes }: { readonly handle: number; readonly offset: number; readonly bytes: number }) =>
    handles.read(handle, offset, bytes),
  'handle.close': ({ handle }: { readonly handle: number }) => handles.close(handle),
  'upload.begin': async ({ display, wish }: { readonly display: Named; readonly wish: UploadWish }) =>
    shown(await files(display).beginUpload(wish)),
  'upload.get': async ({ display, upload }: { readonly display: Named; readonly upload: string }) =>
    shown(await files(display).upload(upload)),
  'upload.append': async (
    { display, upload, offset }: { readonly display: Named; readonly upload: string; readonly offset: number },
    bytes: Buffer,
  ) =>
    shown(
      await files(display).append(
        upload,
        offset,
        (async function* () {
          yield bytes
        })(),
      ),
    ),
  'upload.cancel': ({ display, upload }: { readonly display: Named; readonly upload: string }) => files(display).cancelUpload(upload),
}

async function answer(request: number, body: Buffer): Promise<void> {
  try {
    const { value, bytes } = readWithBytes(body)
    const { method, params } = value as { readonly method: string; readonly params: object }
    const call = Object.hasOwn(methods, method) ? methods[method] : undefined
    if (call === undefined) throw new Error(`unknown method ${method}`)
    const { id, name, display = { id, name } } = params as Partial<Named> & { readonly display?: Partial<Named> }
    if (typeof display.id === 'string' && typeof display.name === 'string') names.set(display.id, display.name)
    const result = (await call(params, bytes)) ?? null
    const parts = result instanceof Uint8Array ? withBytes(null, result) : withBytes(result)
    if ((parts[1] as Uint8Array).length > maxJsonBytes) throw new Error('the answer is too long')
    writeFrame(channel, fromUser.reply, request, parts)
  } catch (error) {
    const code = error instanceof AppError ? error.code : 'unknown'
    const message = error instanceof Error ? error.message : String(error)
    writeFrame(channel, fromUser.failure, request, [Buffer.from(JSON.stringify({ code, message: message.slice(0, 1000) }))])
  }
}

readUserWire(
  channel,
  (kind, number, body) => {
    // Frames are read again for the next one.
    if (kind === toUser.request) void answer(number, Buffer.from(body))
    else if (kind === toUser.message) workers.send(number, readMessage(body))
    else if (kind === toUser.endWorker) workers.end(number)
  },
  end,
)
