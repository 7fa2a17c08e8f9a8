import { useEffect, useMemo } from 'react'
import { createStore, type StoreApi, useStore } from 'zustand'
import type { Item, Query } from '../../src-main/api/typed-api.ts'
import { ApiError, reportProblem, request } from './api.ts'
import { followEvents } from './event-followers.ts'
import { PendingAnswers } from './pending-answers.ts'
import type { EventMessage, Page } from './types.ts'

export type Items<T> = Readonly<Record<string, T>>

export interface CollectionState<T> {
  /** False until the list has been read. */
  readonly loaded: boolean
  /** By id. */
  readonly items: Items<T>
}

export interface CollectionOptions<T, Path extends string = string> {
  /** Route of the list below /api/v1. */
  readonly path: Path
  /** Topics whose data is a whole item: it is added, or replaces the one with its id. */
  readonly updated: readonly string[]
  /** Topics whose data has the id of an item that is gone. */
  readonly removed?: readonly string[]
  /** Topics that change something else: returns the items after the event. */
  readonly changed?: Readonly<Record<string, (items: Items<T>, event: EventMessage) => Items<T>>>
  /** Items that are read at most: the newest, as the API lists them. */
  readonly maxItems?: number
}

/** What is asked of a list: query parameters, which are also properties that its items have. */
export type Filter = Readonly<Record<string, string>>

/** What may be asked of the list with that URL: its parameters that are texts. */
type FilterOf<Path extends string> = {
  readonly [Name in keyof Query<'GET', Path> as Query<'GET', Path>[Name] extends string | undefined ? Name : never]?: string
}

type Entity = { readonly id: string }

const keyOf = (filter: object): string => new URLSearchParams(filter as Filter).toString()
const everything = {}

const without = <T>(items: Items<T>, id: string): Items<T> => {
  if (!(id in items)) return items
  const { [id]: _gone, ...rest } = items
  return rest
}

/**
 * A list of the API as the page keeps it: loaded once, then kept up to date by events, for as long as a component uses it.
 * Events that arrive while the list is read are applied behind it, in order, and answers are never put over newer events.
 */
export class Collection<Path extends string, T extends Entity = Extract<Item<Path>, Entity>> {
  readonly #options: CollectionOptions<T>
  readonly #lists = new Map<string, FollowedList<T>>()
  readonly #answers = new PendingAnswers()

  constructor(options: CollectionOptions<T, Path>) {
    this.#options = options
  }

  /** The list that the filter selects; the same one for everybody who uses it at a time. */
  list(filter: FilterOf<Path>): FollowedList<T> {
    return this.#lists.get(keyOf(filter)) ?? new FollowedList(this.#options, filter as Filter, this.#answers)
  }

  /** Follows a list until the returned function is called. */
  follow(list: FollowedList<T>): () => void {
    const key = keyOf(list.filter)
    this.#lists.set(key, list)
    const leave = list.follow()
    return () => {
      if (leave() === 0) this.#lists.delete(key)
    }
  }

  /**
   * Puts the answer to a request that is sent now into what is shown, unless an event was newer; the event that follows says the same.
   * Resolves with the answer, and rejects as the request does.
   */
  readonly keep = <Answer extends T>(answer: Promise<Answer>): Promise<Answer> =>
    this.#answers.take(
      answer,
      ({ id }) => id,
      (item) => {
        for (const list of this.#lists.values()) list.put(item)
      },
    )
}

/** A list of the API, or the part of it that the filter selects, kept up to date while the component is drawn. */
export function useCollection<Path extends string, T extends Entity>(
  collection: Collection<Path, T>,
  filter: FilterOf<Path> = everything,
): CollectionState<T> {
  const key = keyOf(filter)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says what the filter says
  const list = useMemo(() => collection.list(filter), [collection, key])
  useEffect(() => collection.follow(list), [collection, list])
  return useStore(list.store)
}

/** One list with its filter: read when the first component uses it, and followed until the last one is gone. */
export class FollowedList<T extends Entity> {
  readonly store: StoreApi<CollectionState<T>> = createStore(() => ({ loaded: false, items: {} }))
  readonly #options: CollectionOptions<T>
  readonly filter: Filter
  /** What arrived while the list is read, to be applied behind it. */
  #waiting: (() => void)[] | undefined
  readonly #answers: PendingAnswers
  #reads = 0
  #users = 0
  #leave: (() => void) | undefined

  constructor(options: CollectionOptions<T>, filter: Filter, answers: PendingAnswers) {
    this.#options = options
    this.filter = filter
    this.#answers = answers
  }

  /** Returns what ends the use, which returns how many others are left. */
  follow(): () => number {
    this.#users++
    this.#leave ??= followEvents({ onFresh: () => void this.read(), onEvent: (event) => this.onEvent(event) })
    return () => {
      this.#users--
      if (this.#users === 0) {
        this.#leave?.()
        this.#leave = undefined
      }
      return this.#users
    }
  }

  /** Puts an answer into the list; an item that the filter no longer selects leaves it. */
  put(item: T): void {
    this.#waiting?.push(() => this.put(item))
    this.store.setState(({ items }) => ({ items: this.#accepts(item) ? { ...items, [item.id]: item } : without(items, item.id) }))
  }

  async read(): Promise<void> {
    const mine = ++this.#reads
    this.#waiting = []
    this.#answers.noteReading()
    try {
      const items = await this.#readItems()
      if (mine !== this.#reads) return
      const waiting = this.#waiting ?? []
      this.#waiting = undefined
      this.store.setState({ items, loaded: true })
      for (const apply of waiting) apply()
    } catch (error) {
      if (mine !== this.#reads) return
      this.#waiting = undefined
      // What the role may not read is an empty list. Where the host is away, the socket says when it is back.
      if (error instanceof ApiError && (error.status === 403 || error.status === 404)) this.store.setState({ items: {}, loaded: true })
      else reportProblem(error)
    }
  }

  onEvent(event: EventMessage): void {
    const { updated, removed = [], changed } = this.#options
    const change = changed?.[event.topic]
    if (updated.includes(event.topic) || removed.includes(event.topic)) this.#answers.note((event.data as Entity).id)
    if (this.#waiting !== undefined) {
      this.#waiting.push(() => this.onEvent(event))
      return
    }
    const { items } = this.store.getState()
    if (updated.includes(event.topic)) this.put(event.data as T)
    else if (removed.includes(event.topic)) this.store.setState({ items: without(items, (event.data as Entity).id) })
    else if (change) this.store.setState({ items: change(items, event) })
    this.#answers.noteChanges(items, this.store.getState().items)
  }

  async #readItems(): Promise<Items<T>> {
    const { path, maxItems = 500 } = this.#options
    const items: Record<string, T> = {}
    let cursor: string | null = null
    do {
      const page: Page<T> = await request('GET', path, { query: { ...this.filter, ...(cursor === null ? {} : { cursor }) } })
      for (const item of page.items) items[item.id] = item
      cursor = page.nextCursor ?? null
    } while (cursor !== null && Object.keys(items).length < maxItems)
    return items
  }

  #accepts(item: T): boolean {
    return Object.entries(this.filter).every(([name, value]) => (item as Readonly<Record<string, unknown>>)[name] === value)
  }
}
