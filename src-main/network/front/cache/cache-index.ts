import { rmSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { type CacheEntry, fileName } from './cache-file.ts'
import { globOf, nameOfKey, type PurgeSelection, type SelectedTarget, selectedTarget } from './purge-order.ts'

/** A file of the cache as the index knows it. */
export interface IndexedFile {
  /** MD5 of the key, 32 hex digits. */
  readonly name: string
  readonly bytes: number
}

type IndexedEntry = Pick<CacheEntry, 'key' | 'tags' | 'manyTags' | 'type' | 'bytes'>

const schema = `
  create table if not exists entry (
    id integer primary key, name text not null unique, folder integer not null, site text not null, target text not null,
    bytes integer not null, type text not null, many_tags integer not null);
  create index if not exists entry_folder on entry (folder);
  create index if not exists entry_target on entry (target, site);
  create index if not exists entry_many on entry (many_tags) where many_tags = 1;
  create table if not exists tag (id integer primary key, name text not null unique);
  create table if not exists tagged (tag integer not null, entry integer not null, primary key (tag, entry)) without rowid;
  create index if not exists tagged_entry on tagged (entry);
  create table if not exists state (name text primary key, value text not null) without rowid;
  pragma user_version = 1`

const queries = {
  put: `insert into entry (name, folder, site, target, bytes, type, many_tags) values (?, ?, ?, ?, ?, ?, ?)
    on conflict (name) do update set bytes = excluded.bytes, type = excluded.type, many_tags = excluded.many_tags returning id`,
  has: 'select type from entry where name = ?',
  tag: 'insert into tag (name) values (?) on conflict (name) do update set name = name returning id',
  untag: 'delete from tagged where entry = ?',
  tagged: 'insert or ignore into tagged values (?, ?)',
  remove: 'delete from entry where name = ? returning id',
  inFolder: 'select name from entry where folder = ?',
  all: 'select name, bytes from entry where id > ? order by id limit 500',
  figures: 'select count(*) as objects, coalesce(sum(bytes), 0) as bytes from entry',
  getState: 'select value from state where name = ?',
  setState: 'insert into state values (?, ?) on conflict (name) do update set value = excluded.value',
} as const

/** Tags that are remembered with their numbers; the database has all. */
const maxTagNumbers = 50_000

/** Which objects are in the cache's files: what purges select from. Made again from the files when it is lost. */
export class CacheIndex {
  readonly #db: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  readonly #tagNumbers = new Map<string, number>()

  /** @param file of the database; one that cannot be read is replaced */
  constructor(file: string) {
    try {
      this.#db = open(file)
    } catch {
      for (const each of [file, `${file}-wal`, `${file}-shm`]) rmSync(each, { force: true })
      this.#db = open(file)
    }
  }

  /** Takes what files of the cache say about themselves; what has no key of ours is left out. */
  put(entries: Iterable<IndexedEntry>): void {
    this.#together(() => {
      for (const entry of entries) this.#put(entry)
    })
  }

  #put(entry: IndexedEntry): void {
    const named = nameOfKey(entry.key)
    if (named === undefined) return
    const name = fileName(entry.key)
    const { id } = this.#run(queries.put).get(
      name,
      folderOf(name),
      named.site,
      named.target,
      entry.bytes,
      entry.type,
      entry.manyTags ? 1 : 0,
    ) as { id: number } // prettier-ignore
    this.#run(queries.untag).run(id)
    for (const tag of entry.tags) this.#run(queries.tagged).run(this.#tagNumber(tag), id)
  }

  /** Media type of an object; undefined where it is not in the index. */
  typeOf(name: string): string | undefined {
    return (this.#run(queries.has).get(name) as { type: string } | undefined)?.type
  }

  remove(names: Iterable<string>): void {
    this.#together(() => {
      for (const name of names) {
        const found = this.#run(queries.remove).get(name) as { id: number } | undefined
        if (found !== undefined) this.#run(queries.untag).run(found.id)
      }
    })
  }

  /** Names of the files that should be in one of the 4,096 folders. */
  namesIn(folder: number): Set<string> {
    return new Set((this.#run(queries.inFolder).all(folder) as unknown as { name: string }[]).map(({ name }) => name))
  }

  /** Several changes as one. */
  #together(act: () => void): void {
    this.#db.exec('begin')
    try {
      act()
      this.#db.exec('commit')
    } catch (error) {
      this.#db.exec('rollback')
      throw error
    }
  }

  /** What a purge selects. Each file is there once. */
  find(selection: PurgeSelection, siteOf: (host: string) => string | undefined): readonly IndexedFile[] {
    const found = new Map<string, number>()
    const take = (rows: unknown): void => {
      for (const { name, bytes } of rows as IndexedFile[]) found.set(name, bytes)
    }
    const select = 'select name, bytes from entry where'
    if (selection.everything === true) take(this.#run(`${select} 1`).all())
    else {
      for (const tag of selection.tags ?? []) {
        take(this.#run(`${select} id in (select entry from tagged where tag = (select id from tag where name = ?))`).all(tag))
      }
      if ((selection.tags ?? []).length > 0) take(this.#run(`${select} many_tags = 1`).all())
      const targets = (texts: readonly string[] | undefined, condition: string, values: (target: string) => string[]): void => {
        for (const text of texts ?? []) {
          const selected = selectedTarget(text, siteOf)
          if (selected === undefined) continue
          const site = selected.site === undefined ? [] : [selected.site]
          take(this.#run(`${select} ${condition}${site.length > 0 ? ' and site = ?' : ''}`).all(...values(selected.target), ...site))
        }
      }
      targets(selection.urls, 'target = ?', (target) => [target])
      targets(selection.prefixes, 'target >= ? and target < ?', (target) => [target, `${target}\u{10ffff}`])
      targets(selection.patterns, 'target glob ?', (target) => [globOf(target)])
    }
    return [...found].map(([name, bytes]) => ({ name, bytes }))
  }

  /** Names of files whose target starts like this, in its order. `site`: of this one alone. */
  startingWith({ site, target }: SelectedTarget, max: number): readonly string[] {
    const ofSite = site === undefined ? '' : 'site = ? and '
    const values = [...(site === undefined ? [] : [site]), target, `${target}\u{10ffff}`, max]
    const rows = this.#run(`select name from entry where ${ofSite}target >= ? and target < ? order by target limit ?`).all(...values)
    return (rows as unknown as { name: string }[]).map(({ name }) => name)
  }

  figures(): { readonly objects: number; readonly bytes: number } {
    return { ...(this.#run(queries.figures).get() as { objects: number; bytes: number }) }
  }

  /** Number of the last purge that was carried out; undefined before the first. */
  get lastPurge(): number | undefined {
    const row = this.#run(queries.getState).get('lastPurge') as { value: string } | undefined
    return row === undefined ? undefined : Number(row.value)
  }

  set lastPurge(number: number) {
    this.#run(queries.setState).run('lastPurge', String(number))
  }

  close(): void {
    this.#db.close()
  }

  #tagNumber(tag: string): number {
    const known = this.#tagNumbers.get(tag)
    if (known !== undefined) return known
    const { id } = this.#run(queries.tag).get(tag) as { id: number }
    if (this.#tagNumbers.size >= maxTagNumbers) this.#tagNumbers.clear()
    this.#tagNumbers.set(tag, id)
    return id
  }

  #run(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const statement = this.#db.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }
}

function open(file: string): DatabaseSync {
  const db = new DatabaseSync(file)
  try {
    db.exec('pragma journal_mode = wal; pragma synchronous = off')
    const { user_version: version } = db.prepare('pragma user_version').get() as { user_version: number }
    if (version > 1) throw new Error('written by a newer version')
    db.exec(schema)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** Number of the folder that a file is in, with `levels=1:2`: its last three digits, the last one first. */
export function folderOf(name: string): number {
  return Number.parseInt(name.slice(-1) + name.slice(-3, -1), 16)
}
