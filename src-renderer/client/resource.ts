import { useEffect, useMemo } from 'react'
import { createStore, type StoreApi, useStore } from 'zustand'
import type { Answer } from '../../src-main/api/typed-api.ts'
import { reportProblem, request } from './api.ts'
import { followEvents } from './event-followers.ts'
import { PendingAnswers } from './pending-answers.ts'
import type { EventMessage } from './types.ts'

export interface ResourceOptions<T, Path extends string = string> {
  /** Route below /api/v1 of the resource with this key. */
  readonly path: (key: string) => Path
  /** Topics that say what the resource is now. */
  readonly updated?: readonly string[]
  /** Key of the resource that an event is about; without it, events are about the only one. */
  readonly of?: (event: EventMessage) => string | undefined
  /** The resource as an event has it; without it, the event's data. */
  readonly valueIn?: (event: EventMessage) => T
  /** Topics that change something of every resource: returns it after the event. */
  readonly changed?: Readonly<Record<string, (value: T, event: EventMessage) => T>>
  /** True for events after which the resource with that key is read again. */
  readonly isStale?: (event: EventMessage, key: string) => boolean
}

/** Key of a resource that there is one of. */
export const only = 'only'

/** A resource that components use. */
export interface FollowedResource<T> {
  readonly store: StoreApi<{ readonly value: T | undefined }>
  users: number
  leave: (() => void) | undefined
  /** What arrived while it is read, to be applied behind it. */
  waiting: (() => void)[] | undefined
}

/** Single resources of the API (one of each stream, say) as the page keeps them: loaded once, then kept up to date by events. */
export class Resource<Path extends string, T = Answer<'GET', Path>> {
  readonly #options: ResourceOptions<T, Path>
  readonly #followed = new Map<string, FollowedResource<T>>()
  readonly #answers = new PendingAnswers()

  constructor(options: ResourceOptions<T, Path>) {
    this.#options = options
  }

  /** Route below /api/v1 of the one with that key. */
  pathOf(key: string): Path {
    return this.#options.path(key)
  }

  /** The one with that key; the same for everybody who uses it at a time. */
  find(key: string): FollowedResource<T> {
    const store = createStore(() => ({ value: undefined as T | undefined }))
    return this.#followed.get(key) ?? { store, users: 0, leave: undefined, waiting: undefined }
  }

  /** Follows it until the returned function is called. */
  follow(key: string, followed: FollowedResource<T>): () => void {
    this.#followed.set(key, followed)
    followed.users++
    followed.leave ??= this.#follow(key, followed)
    return () => {
      followed.users--
      if (followed.users > 0) return
      followed.leave?.()
      followed.leave = undefined
      this.#followed.delete(key)
    }
  }

  /**
   * Puts the answer to a request that is sent now into what is shown, unless an event was newer; the event that follows says the same.
   * Resolves with the answer, and rejects as the request does.
   */
  keep<Answer extends T>(key: string, answer: Promise<Answer>): Promise<Answer> {
    return this.#answers.take(
      answer,
      () => key,
      (value) => {
        const followed = this.#followed.get(key)
        const put = (): void => followed?.store.setState({ value })
        followed?.waiting?.push(put)
        put()
      },
    )
  }

  /** What the resource with that key is after the event, `value` being what it was; undefined where the event is not about it. */
  after(event: EventMessage, key: string, value: T | undefined): T | undefined {
    const { updated = [], of = () => only, valueIn = ({ data }) => data as T, changed } = this.#options
    if (updated.includes(event.topic)) return of(event) === key ? valueIn(event) : undefined
    return value === undefined ? undefined : changed?.[event.topic]?.(value, event)
  }

  #follow(key: string, followed: FollowedResource<T>): () => void {
    const { store } = followed
    let reads = 0
    const apply = (event: EventMessage): void => {
      const value = this.after(event, key, store.getState().value)
      if (value !== undefined) store.setState({ value })
    }
    const read = (): void => {
      const mine = ++reads
      followed.waiting = []
      this.#answers.note(key)
      request<T>('GET', this.#options.path(key)).then(
        (value) => {
          if (mine !== reads) return
          const waiting = followed.waiting ?? []
          followed.waiting = undefined
          store.setState({ value })
          for (const late of waiting) late()
        },
        (error) => {
          if (mine === reads) followed.waiting = undefined
          reportProblem(error)
        },
      )
    }
    return followEvents({
      onFresh: read,
      onEvent: (event) => {
        if (this.#options.isStale?.(event, key)) {
          read()
          return
        }
        if (this.after(event, key, store.getState().value) !== undefined) this.#answers.note(key)
        if (followed.waiting === undefined) apply(event)
        else followed.waiting.push(() => apply(event))
      },
    })
  }
}

/** A resource of the API, kept up to date while the component is drawn; undefined until it has been read. */
export function useResource<T>(resource: Resource<string, T>, key = only): T | undefined {
  const followed = useMemo(() => resource.find(key), [resource, key])
  useEffect(() => resource.follow(key, followed), [resource, key, followed])
  return useStore(followed.store, ({ value }) => value)
}
