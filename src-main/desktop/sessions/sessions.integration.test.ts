import { expect, it } from 'vitest'
import type { Principal } from '../../platform/routes/principal.ts'
import type { SocketClient } from '../../platform/routes/sockets.ts'
import { silentLogger } from '../../platform/telemetry/logger.ts'
import { allRights } from '../rights/rights.ts'
import { startOwnWorker } from './display-worker.ts'
import { Sessions } from './sessions.ts'

/** Displays without a server, and the real process that finds no server there. */

const admin: Principal = { id: 'local', role: 'admin' }

it('shows a display that was lost by another process to who comes next', async () => {
  const sessions = new Sessions({
    log: silentLogger,
    startWorker: startOwnWorker,
    audit: { record() {} } as never,
    rightsOf: () => allRights,
    onSize() {},
    monitorsOf: () => [],
    onMonitors() {},
    isVirtual: () => false,
    demandSeveralMonitors() {},
    onSeat() {},
    onViewers() {},
    onLost() {},
    recordingOf: () => null,
    liveAs: () => null,
    record: async () => undefined,
    onControl() {},
  })
  const come = (): Promise<number> =>
    new Promise((resolve) => {
      const client: SocketClient = { principal: admin, waitingBytes: 0, send: () => true, close: resolve, terminate() {} }
      sessions.join(
        'a',
        { server: '/nonexistent/X0', authority: '', pid: 0 },
        { client, person: { name: 'Ann', principal: admin }, raw: true },
      )
    })
  try {
    expect(await come()).toBe(4404)
    expect(sessions.isShown('a')).toBe(false)
    expect(await come()).toBe(4404)
  } finally {
    await sessions.stop()
  }
}, 60_000)
