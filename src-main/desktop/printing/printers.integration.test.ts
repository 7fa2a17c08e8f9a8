import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { type ClientRequest, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type IppRequest, readIppRequest } from '../../formats/ipp.ts'
import { silentLogger } from '../../platform/telemetry/logger.ts'
import { DisplayUploads } from '../files/display-uploads.ts'
import { printPrefix } from '../files/file-names.ts'
import { SharedFolder } from '../files/shared-folder.ts'
import { DisplayPrinter } from './display-printer.ts'
import { operations } from './printer-description.ts'
import { Printers } from './printers.ts'

/** Printers of displays, as programs speak to them: IPP over their socket. */

let root: string
let shared: SharedFolder
let printers: Printers
let printed: string[]
let socket: string

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'printers-'))
  shared = await SharedFolder.open(join(root, 'shared'), { id: 'abcdefghij', name: 'Desk' })
  printed = []
  printers = new Printers({
    folderOf: async () => shared,
    foldersThere: async () => [shared],
    nameOf: () => 'Desk',
    onPrinted: (_display, { path }) => printed.push(path),
    audit: { record: () => undefined },
    log: silentLogger,
  })
  mkdirSync(join(root, 'own'))
  socket = (await printers.open('one', join(root, 'own'))) as string
})

afterEach(async () => {
  await printers.stop()
  rmSync(root, { recursive: true, force: true })
})

const attribute = (tag: number, name: string, value: string): Buffer => {
  const lengths = Buffer.alloc(2)
  const text = Buffer.from(value)
  lengths.writeUInt16BE(text.length)
  return Buffer.concat([Buffer.from([tag, 0, name.length]), Buffer.from(name), lengths, text])
}
const head = (name: string, operation: number = operations.printJob): Buffer =>
  Buffer.concat([
    Buffer.from([2, 0, 0, operation, 0, 0, 0, 1, 1]),
    attribute(0x47, 'attributes-charset', 'utf-8'),
    attribute(0x42, 'job-name', name),
    Buffer.from([3]),
  ])
interface Sent {
  readonly request: ClientRequest
  /** Status of the answer, RFC 8011. */
  readonly status: Promise<number>
}
function send(at = socket): Sent {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const sent = request({ socketPath: at, path: '/printers/PDF', method: 'POST' }, async (response) => {
    const pieces: Buffer[] = []
    for await (const piece of response) pieces.push(piece)
    resolve((readIppRequest(Buffer.concat(pieces)) as IppRequest).operation)
  })
  sent.on('error', reject)
  promise.catch(() => undefined)
  return { request: sent, status: promise }
}
const print = (name: string, document: Buffer | string, at = socket): Promise<number> => {
  const { request: sent, status } = send(at)
  sent.end(Buffer.concat([head(name), Buffer.from(document)]))
  return status
}
const onTheirWay = (): string[] => readdirSync(shared.path).filter((name) => name.startsWith(printPrefix))
const begin = async (name: string): Promise<Sent> => {
  const before = onTheirWay().length
  const sent = send()
  sent.request.write(Buffer.concat([head(name), Buffer.from('%PDF-1.7 ')]))
  await vi.waitFor(() => expect(onTheirWay().length).toBe(before + 1))
  return sent
}

it('puts a document into the folder, each under a name of its own, and keeps nothing of what is no PDF', async () => {
  expect([await print('Offer', '%PDF-1.7 a'), await print('../Offer.pdf', '%PDF-1.7 b')]).toEqual([0, 0])
  expect(await print('Letter', 'plain text')).toBe(0x040a)
  expect(printed[0]).toBe('Offer.pdf')
  expect(readdirSync(shared.path).sort()).toEqual([...printed].sort())
  expect(printed.map((path) => readFileSync(join(shared.path, path), 'latin1'))).toEqual(['%PDF-1.7 a', '%PDF-1.7 b'])
})

it('cuts the name of a document to what a file may be called', async () => {
  expect(await print('😀'.repeat(80), '%PDF-1.7 a')).toBe(0)
  expect(printed).toEqual([`${'😀'.repeat(62)}.pdf`])
})

it('reads what comes byte by byte, and hides no document behind a dot', async () => {
  const { request: sent, status } = send()
  for (const byte of Buffer.concat([head('\u0000. .Offer'), Buffer.from('%PDF-1.7 a')])) sent.write(Buffer.of(byte))
  sent.end()
  expect([await status, ...printed]).toEqual([0, 'Offer.pdf'])
})

it('rejects a request without an end, without parsing all of it again for each byte', async () => {
  const endless = request({ socketPath: socket, path: '/printers/PDF', method: 'POST' })
  const answered = new Promise<number | undefined>((resolve, reject) => {
    endless.on('response', ({ statusCode }) => resolve(statusCode)).on('error', reject)
  })
  endless.write(head('a').subarray(0, -1))
  // Further values of an attribute, a byte at a time.
  for (let at = 0; at < 13_200; at++) for (const byte of [0x44, 0, 0, 0, 0]) endless.write(Buffer.of(byte))
  endless.end()
  expect(await answered).toBe(400)
})

it('takes four documents at a time, and leaves nothing of one that is broken off', async () => {
  const running: Sent[] = []
  for (const name of ['a', 'b', 'c', 'd']) running.push(await begin(name))
  expect((await shared.list('')).entries).toEqual([])
  expect(await print('e', '%PDF-1.7')).toBe(0x0507)
  running[0]!.request.destroy()
  await vi.waitFor(() => expect(onTheirWay().length).toBe(3))
  for (const { request: sent } of running.slice(1)) sent.end('end')
  expect(await Promise.all(running.slice(1).map(({ status }) => status))).toEqual([0, 0, 0])
  expect(await print('e', '%PDF-1.7')).toBe(0)
  expect(readdirSync(shared.path).sort()).toEqual(['b.pdf', 'c.pdf', 'd.pdf', 'e.pdf'])
})

it('takes thirty documents a minute', async () => {
  const statuses: number[] = []
  for (let number = 0; number < 31; number++) statuses.push(await print(`${number}`, '%PDF-1.7'))
  expect(statuses).toEqual([...Array(30).fill(0), 0x0507])
  expect(printed).toHaveLength(30)
})

it('takes documents up to a size, and keeps nothing of a larger one', async () => {
  let closed = 0
  const file = join(root, 'document')
  const at = join(root, 'small')
  const close = async (): Promise<void> => {
    closed++
    rmSync(file, { force: true })
  }
  const target = async () => ({ file, place: async () => undefined, close })
  const printer = new DisplayPrinter({ socket: at, log: silentLogger, maxBytes: 1000, target })
  await printer.start()
  expect(statSync(at).mode & 0o777).toBe(0o600)
  expect(await print('fits', `%PDF-${'x'.repeat(995)}`, at)).toBe(0)
  expect(await print('does not', `%PDF-${'x'.repeat(996)}`, at)).toBe(0x0408)
  expect([closed, existsSync(file)]).toEqual([2, false])
  await printer.stop()
})

it('removes what a host before this one left half, and no document on its way, as uploads do not', async () => {
  const left = join(shared.path, `${printPrefix}left`)
  writeFileSync(left, '%PDF-')
  const { request: sent, status } = await begin('Offer')
  await new DisplayUploads().begin({ display: 'one', folder: shared, path: 'empty.txt', bytes: 0, actor: 'local' })
  await printers.removeLeftBehind(['one'])
  expect([existsSync(left), onTheirWay().length]).toEqual([false, 1])
  sent.end('end')
  expect([await status, ...printed]).toEqual([0, 'Offer.pdf'])
})
