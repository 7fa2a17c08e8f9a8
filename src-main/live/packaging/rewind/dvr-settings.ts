import type { LiveDatabase, Writes } from '../../live-database.ts'

/** How long each stream can be rewound, by name: the host's default, or what the API set. */
export class DvrSettings {
  readonly #own: Map<string, number>
  readonly #defaultMs: number
  readonly #database: LiveDatabase
  readonly #writes: Writes

  private constructor(own: Map<string, number>, defaultMs: number, database: LiveDatabase, writes: Writes) {
    this.#own = own
    this.#defaultMs = defaultMs
    this.#database = database
    this.#writes = writes
  }

  static async open(database: LiveDatabase, writes: Writes, defaultMs: number): Promise<DvrSettings> {
    const rows = await database.selectFrom('stream_dvr').selectAll().execute()
    return new DvrSettings(new Map(rows.map((row) => [row.stream, row.window_ms])), defaultMs, database, writes)
  }

  /** ms of media that a stream of that name lists; 0: what is in memory. */
  windowMs(name: string): number {
    return this.#own.get(name) ?? this.#defaultMs
  }

  /** True where the stream has no setting of its own. */
  isDefault(name: string): boolean {
    return !this.#own.has(name)
  }

  /** Gives a stream its own window, or with null the host's default. */
  set(name: string, windowMs: number | null): void {
    if (windowMs === null) this.#own.delete(name)
    else this.#own.set(name, windowMs)
    this.#writes.enqueue('keep a rewind window', async () => {
      await this.#database.deleteFrom('stream_dvr').where('stream', '=', name).execute()
      if (windowMs !== null) await this.#database.insertInto('stream_dvr').values({ stream: name, window_ms: windowMs }).execute()
    })
  }
}
