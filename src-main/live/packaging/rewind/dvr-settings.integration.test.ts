import { DatabaseSync } from 'node:sqlite'
import { Kysely } from 'kysely'
import { expect, it } from 'vitest'
import { nodeSqliteDialect } from '../../../platform/storage/node-sqlite-dialect.ts'
import { liveMigrations } from '../../migrations.ts'
import { DvrSettings } from './dvr-settings.ts'

it('a stream is rewound as long as it says, else as the host does, also after a restart with another default', async () => {
  const database = new Kysely<never>({ dialect: nodeSqliteDialect(new DatabaseSync(':memory:')) })
  for (const step of liveMigrations) await step.up(database)
  let writing = Promise.resolve()
  const enqueue = (_: string, write: () => Promise<void>): void => {
    writing = writing.then(write)
  }
  const open = (defaultMs: number): Promise<DvrSettings> => DvrSettings.open(database as never, { enqueue }, defaultMs)
  const seen = (settings: DvrSettings) => ['cam', 'memory', 'other'].map((name) => [settings.windowMs(name), settings.isDefault(name)])

  const settings = await open(60_000)
  settings.set('cam', 5000)
  settings.set('memory', 0)
  settings.set('other', 7000)
  settings.set('other', null)
  expect(seen(settings)).toEqual([
    [5000, false],
    [0, false],
    [60_000, true],
  ])
  await writing
  expect(seen(await open(90_000))).toEqual([
    [5000, false],
    [0, false],
    [90_000, true],
  ])
})
