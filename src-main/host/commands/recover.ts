import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { liveMigrations } from '../../live/index.ts'
import { AppError } from '../../platform/errors.ts'
import { createEventBus } from '../../platform/events/event-bus.ts'
import { lockDataFolder } from '../../platform/identity/data-lock.ts'
import { createTokenStore, type Token } from '../../platform/identity/tokens.ts'
import { openDatabase } from '../../platform/storage/database.ts'
import { platformMigrations } from '../../platform/storage/platform-migrations.ts'
import { createWriteQueue } from '../../platform/storage/write-queue.ts'
import { createAuditLog } from '../../platform/telemetry/audit-log.ts'
import { silentLogger } from '../../platform/telemetry/logger.ts'
import { studioMigrations } from '../../studio/index.ts'

const lifeMs = 24 * 3_600_000

/**
 * Creates an admin token for 24 hours in the data folder of a host that does not run: a user who may write there owns the host anyway.
 * Throws `host.already_running`, `host.not_running` where no host ever ran on the folder, `storage.*`.
 */
export async function recoverAccess(dataDir: string): Promise<{ token: Token; secret: string }> {
  if (!existsSync(join(dataDir, 'streams.db')))
    throw new AppError('host.not_running', `No host has run on ${dataDir}, or this user may not read it`, { details: { dataDir } })
  const unlock = lockDataFolder(dataDir)
  try {
    const database = await openDatabase({ dir: dataDir, migrations: [...platformMigrations, ...liveMigrations, ...studioMigrations] })
    try {
      const writes = createWriteQueue(silentLogger)
      const tokens = await createTokenStore(database.kysely, writes)
      const made = tokens.create('Recovered on this machine', 'admin', new Date(Date.now() + lifeMs).toISOString())
      const rows = Number.MAX_SAFE_INTEGER
      const events = createEventBus(silentLogger)
      const audit = await createAuditLog({ database: database.kysely, logger: silentLogger, events, rows, viewerRows: rows })
      audit.record({
        kind: 'command',
        message: 'an admin token was recovered on this machine',
        actor: 'cli',
        data: { token: made.token.id },
      })
      await Promise.all([writes.stop(), audit.stop()])
      if (writes.counters().lost > 0) throw new AppError('storage.failed', `The token could not be written to ${dataDir}`)
      return made
    } finally {
      await database.close()
    }
  } finally {
    unlock()
  }
}
