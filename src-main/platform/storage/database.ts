import { mkdirSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Kysely } from 'kysely'
import { AppError } from '../errors.ts'
import { type Migration, migrate } from './migrations.ts'
import { nodeSqliteDialect } from './node-sqlite-dialect.ts'
import { toStorageError } from './storage-error.ts'

export interface OpenDatabaseOptions {
  /** Folder of `streams.db`; made when missing. */
  readonly dir: string
  /** Migrations of all parts, in order. */
  readonly migrations: readonly Migration[]
}

export interface AppDatabase {
  // biome-ignore lint/suspicious/noExplicitAny: each part knows the types of its own tables: `kysely.withTables` or a cast
  readonly kysely: Kysely<any>
  readonly file: string
  /** Names of the steps that were run now. */
  readonly migrated: readonly string[]
  close(): Promise<void>
}

/** Opens (or makes) the host's database and brings its schema up to date. Throws `storage.*`. */
export async function openDatabase({ dir, migrations }: OpenDatabaseOptions): Promise<AppDatabase> {
  const file = join(dir, 'streams.db')
  let raw: DatabaseSync
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 })
    raw = new DatabaseSync(file, { timeout: 5000, enableForeignKeyConstraints: true })
  } catch (error) {
    throw locate(toStorageError(error, `The database ${file} cannot be opened`), file)
  }
  try {
    // what was deleted or replaced is overwritten: secrets that are encrypted now was there in plain in older versions
    raw.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON')
    const kysely = new Kysely({ dialect: nodeSqliteDialect(raw) })
    const migrated = await migrate(kysely, migrations)
    return { kysely, file, migrated, close: () => kysely.destroy() }
  } catch (error) {
    raw.close()
    throw locate(toStorageError(nameFullDisk(error, dir), `The database ${file} cannot be used`), file)
  }
}

/** What a journal and its index take at least, bytes. */
const minFreeBytes = 256 * 1024

/** On a nearly full disk SQLite reports a failing device: its shared memory found no space. */
function nameFullDisk(error: unknown, dir: string): unknown {
  try {
    const { bavail, bsize } = statfsSync(dir)
    if (bavail * bsize >= minFreeBytes || (error instanceof AppError && error.code === 'storage.newer')) return error
    return new AppError('storage.full', `The disk of ${dir} has only ${Math.floor((bavail * bsize) / 1024)} KiB free`, { cause: error })
  } catch {
    return error
  }
}

function locate(error: AppError, file: string): AppError {
  return new AppError(error.code, error.message.includes(file) ? error.message : `${file}: ${error.message}`, {
    cause: error,
    details: { ...error.details, file },
  })
}
