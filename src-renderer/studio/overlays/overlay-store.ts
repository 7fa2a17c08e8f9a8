import { useEffect } from 'react'
import { create } from 'zustand'
import type { Item } from '../../../src-main/api/typed-api.ts'
import { call, reportProblem } from '../../client/api.ts'
import { Collection, type Items } from '../../client/collection.ts'
import type { EventMessage } from '../../client/types.ts'
import type { Schema } from '../forms/schema.ts'

export type Overlay = Item<'/studio/overlays'>

type Contents = Pick<Overlay, 'id' | 'state' | 'data' | 'pages'>

function withContents(items: Items<Overlay>, { data }: EventMessage): Items<Overlay> {
  const contents = data as Contents
  const known = items[contents.id]
  return known === undefined ? items : { ...items, [contents.id]: { ...known, ...contents } }
}

/** Overlays of the host. */
export const overlays = new Collection<'/studio/overlays', Overlay>({
  path: '/studio/overlays',
  updated: ['studio.overlay.updated'],
  removed: ['studio.overlay.removed'],
  changed: { 'studio.overlay.contents': withContents },
})

/** A kind of overlays, as the host describes it. */
export type OverlayKind = Item<'/studio/overlay-kinds'> & { readonly settings: Schema }

const useKindList = create<{ readonly kinds: readonly OverlayKind[] }>(() => ({ kinds: [] }))
let asked = false

/** The kinds that there are; empty until they were read. They are part of the program, so they are read once. */
export function useOverlayKinds(): readonly OverlayKind[] {
  useEffect(() => {
    if (asked) return
    asked = true
    call('GET', '/studio/overlay-kinds').then(
      ({ items }) => useKindList.setState({ kinds: items as readonly OverlayKind[] }),
      (error) => {
        asked = false
        reportProblem(error)
      },
    )
  }, [])
  return useKindList(({ kinds }) => kinds)
}
