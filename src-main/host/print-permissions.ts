import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '../platform/telemetry/logger.ts'
import { loadConfig } from './config.ts'
import { type DescribedApi, permissionsDocument } from './permissions-document.ts'
import { startHost } from './wiring.ts'

// Routes exist once a host has been put together: one on free ports of this machine, with a data folder of its own.
const data = mkdtempSync(join(tmpdir(), 'permissions-'))
const off = { httpsPort: 'off', rtmpsPort: 'off', srtPort: 'off', webrtcPort: 'off', deliveryProcesses: 'off' }
const loaded = loadConfig({ flags: { data, httpPort: 0, rtmpPort: 0, ...off } })
const host = await startHost({ ...loaded, logger: { ...silentLogger, flush: () => {} } })
try {
  const response = await fetch(`${host.ready.url}/api/v1/openapi.json`)
  process.stdout.write(permissionsDocument((await response.json()) as DescribedApi))
} finally {
  await host.stop()
  rmSync(data, { recursive: true, force: true })
}
