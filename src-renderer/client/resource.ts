import { useEffect, useMemo } from 'react'
import { createStore, type StoreApi, useStore } from 'zustand'
import type { Answer } from '../../src-main/api/typed-api.ts'
import { reportProblem, request } from './api.ts'
import { followEvents } from './sync.ts'
import type { EventMessage } from './types.ts'

export interface ResourceOptions<Path extends string = string> {
  /** Route below /api/v1 of the resource with this key. */
  readonly path: (key: string) => Path
  /** Topics whose data is the whole resource. */
  readonly updated: readonly string[]
  /** Key of the resource that an event is about. */
  readonly of: (event: EventMessage) => string | undefined
}

/** A resource that components use. */
export interface FollowedResource<T> {
  readonly store: StoreApi<{ readonly value: T | undefined }>
  users: number
  leave: (() => void) | undefined
}

/** Single resources of the API (one of each stream, say) as the page keeps them: loaded once, then kept up to date by events. */
export class Resource<Path extends string, T = Answer<'GET', Path>> {
  readonly #options: ResourceOptions
  readonly #followed = new Map<string, FollowedResource<T>>()

  constructor(options: ResourceOptions<Path>) {
    this.#options = options
  }

  /** The one with that key; the same for everybody who uses it at a time. */
  find(key: string): FollowedResource<T> {
    return this.#followed.get(key) ?? { store: createStore(() => ({ value: undefined as T | undefined })), users: 0, leave: undefined }
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

  /** Puts an answer of the API into what is shown; the event that follows says the same. */
  keep(key: string, value: T): void {
    this.#followed.get(key)?.store.setState({ value })
  }

  #follow(key: string, { store }: FollowedResource<T>): () => void {
    let events = 0
    return followEvents({
      onFresh: () => {
        const before = events
        request<T>('GET', this.#options.path(key)).then(
          // An event that came meanwhile is newer than the answer.
          (value) => events === before && store.setState({ value }),
          reportProblem,
        )
      },
      onEvent: (event) => {
        if (!this.#options.updated.includes(event.topic) || this.#options.of(event) !== key) return
        events++
        store.setState({ value: event.data as T })
      },
    })
  }
}

/** A resource of the API, kept up to date while the component is drawn; undefined until it has been read. */
export function useResource<T>(resource: Resource<string, T>, key: string): T | undefined {
  const followed = useMemo(() => resource.find(key), [resource, key])
  useEffect(() => resource.follow(key, followed), [resource, key, followed])
  return useStore(followed.store, ({ value }) => value)
}
