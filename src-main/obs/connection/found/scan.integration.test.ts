import { createServer } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { ScanStatus } from '../../schemas/scan.ts'
import { ObsDouble } from '../../testing/obs-double.ts'
import { NetworkScan } from './scan.ts'

let double: ObsDouble | undefined
afterEach(async () => {
  await double?.stop()
  double = undefined
})

/** Takes connections and says nothing. */
const silentServer = () => createServer((socket) => socket.on('error', () => undefined).resume())

const ended = async (scan: NetworkScan): Promise<ScanStatus> => {
  await expect.poll(() => scan.status.state, { timeout: 20_000 }).not.toBe('running')
  return scan.status
}

describe('the search for OBS in a network', () => {
  it('finds what greets as OBS does, says how far it is, and asks for nothing else', async () => {
    double = await ObsDouble.start({ password: 'x' })
    const { port } = double
    // Says nothing at the same port of another machine.
    const other = silentServer().listen(port, '127.0.0.2')
    const progress: ScanStatus[] = []
    const scan = new NetworkScan({ onChange: (status) => progress.push(status), machineMs: 300 })
    expect(scan.start({ network: '127.0.0.0/28', port })).toMatchObject({ state: 'running', total: 14 })
    expect(() => scan.start({ network: '127.0.0.0/28', port })).toThrow(expect.objectContaining({ code: 'obs.scan_running' }))
    const status = await ended(scan)
    expect(status).toMatchObject({
      state: 'done',
      done: 14,
      found: [{ host: '127.0.0.1', port, webSocket: '5.1.0', authentication: true }],
    })
    expect(progress.map(({ done }) => done)).toEqual(progress.map(({ done }) => done).toSorted((a, b) => a - b))
    expect(double.asked).toEqual([])
    await new Promise((resolve) => other.close(resolve))
  })

  it('is cancelled at once', async () => {
    const silent = silentServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => silent.once('listening', resolve))
    const { port } = silent.address() as { port: number }
    const scan = new NetworkScan({ onChange() {}, machineMs: 60_000 })
    scan.start({ network: '127.0.0.1', port })
    scan.cancel()
    expect((await ended(scan)).state).toBe('cancelled')
    scan.start({ network: '127.0.0.2/32', port: 1 })
    expect((await ended(scan)).state).toBe('done')
    await new Promise((resolve) => silent.close(resolve))
  })

  it.each(['8.8.8.0/24', '192.168.0.0/16', '172.32.0.0/24', '300.1.1.1', '192.168.1.0/33', 'localhost', '::1', '10.0.0.1/24; x'])(
    'is not made in %s',
    (network) => {
      const scan = new NetworkScan({ onChange() {} })
      expect(() => scan.start({ network })).toThrow(expect.objectContaining({ code: 'request.invalid' }))
    },
  )
})
