import { useEffect } from 'react'
import { create } from 'zustand'
import { call, reportProblem } from '../client/api.ts'
import { t } from '../messages/described.ts'
import type { Schema } from './forms/schema.ts'

/** A kind of sources or filters, as the host describes it. */
export interface Kind {
  readonly kind: string
  readonly title: string
  readonly settings: Schema
  readonly pictures?: boolean
  readonly sound?: boolean
  readonly commands?: readonly string[]
  /** What `GET /studio/devices` lists for the setting `device`. */
  readonly devices?: string
}

type KindList = 'source-kinds' | 'transition-kinds' | 'filter-kinds' | 'audio-filter-kinds'

const useKindLists = create<Readonly<Partial<Record<KindList, readonly Kind[]>>>>(() => ({}))
const asked = new Set<KindList>()

/** Every kind of the list; empty until it was read. They are part of the program, so they are read once. */
export function useKinds(list: KindList): readonly Kind[] {
  useEffect(() => {
    if (asked.has(list)) return
    asked.add(list)
    call('GET', `/studio/${list}`).then(
      ({ items }) => useKindLists.setState({ [list]: items.map((each) => ({ ...each, title: t.title(each.kind, each.title) })) }),
      (error) => {
        asked.delete(list)
        reportProblem(error)
      },
    )
  }, [list])
  return useKindLists((state) => state[list]) ?? []
}
