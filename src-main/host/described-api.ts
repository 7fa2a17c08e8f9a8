import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '../platform/telemetry/logger.ts'
import { loadConfig } from './config.ts'
import { startHost } from './wiring.ts'

/**
 * The OpenAPI document of this version. Routes exist once a host has been put together: this starts one on free ports of this machine,
 * with a data folder of its own, and ends it.
 */
export async function readDescribedApi(): Promise<unknown> {
  const data = mkdtempSync(join(tmpdir(), 'described-api-'))
  const off = { httpsPort: 'off', rtmpsPort: 'off', srtPort: 'off', webrtcPort: 'off', deliveryProcesses: 'off' }
  const loaded = loadConfig({ flags: { data, httpPort: 0, rtmpPort: 0, ...off } })
  const host = await startHost({ ...loaded, logger: { ...silentLogger, flush: () => {} } })
  try {
    return await (await fetch(`${host.ready.url}/api/v1/openapi.json`)).json()
  } finally {
    await host.stop()
    rmSync(data, { recursive: true, force: true })
  }
}
