import { expect, it, onTestFinished } from 'vitest'
import type { AuditEntry } from '../../../platform/audit.ts'
import { AppError } from '../../../platform/errors.ts'
import { createSrtServer, type SrtServerDependencies } from './index.ts'
import { connectSrt } from './transport/caller.ts'
import { ownVersion } from './transport/settings.ts'

/** The version that our caller sends, as users read it. */
const encoder = `SRT ${[ownVersion >> 16, (ownVersion >> 8) & 255, ownVersion & 255].join('.')}`

async function serve(dependencies: Partial<SrtServerDependencies>) {
  const audit: AuditEntry[] = []
  const server = createSrtServer({
    events: { publish() {} },
    audit: { record: (entry: AuditEntry) => audit.push(entry) },
    log: { debug() {}, info() {}, warn() {}, error() {} },
    passphrase: '',
    latencyMs: 20,
    limits: { connections: 10, connectionsPerAddress: 10, idleMs: 5000, outgoingBytes: 1e6 },
    ...dependencies,
  } as unknown as SrtServerDependencies)
  onTestFinished(() => server.stop())
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 })
  return { audit, call: (streamId: string) => connectSrt({ host: '127.0.0.1', port, streamId, latencyMs: 20 }) }
}

it('names a publisher by the version of SRT that it sent, to the publish gate and in the audit log', async () => {
  const asked: string[] = []
  const { audit, call } = await serve({
    gate: {
      open: async (request) => {
        asked.push(request.encoder)
        return { streamName: 'show', streamId: 's', setTrack() {}, write() {}, setMetadata() {}, report() {}, close() {} }
      },
    },
  })
  const connection = await call('key')
  connection.close()
  await expect.poll(() => audit.map(({ message }) => message)).toEqual([`${encoder} connected`, `${encoder} disconnected`])
  expect(asked).toEqual([encoder])
})

it('names a player the same way, where it asks who may watch', async () => {
  const asked: unknown[] = []
  const { call } = await serve({
    streams: { find: (name: string) => ({ name }) } as unknown as SrtServerDependencies['streams'],
    mayWatch: async (_stream, viewer) => {
      asked.push(viewer.userAgent)
      return new AppError('play.not_live')
    },
  })
  await expect(call('play:show')).rejects.toThrow()
  expect(asked).toEqual([encoder])
})
