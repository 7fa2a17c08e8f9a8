import type { Body } from '../../../src-main/api/typed-api.ts'
import type { Collection } from '../types.ts'
import { t } from './messages.ts'

/** What a window shows, as the API has it. */
export type WindowView = Body<'POST', '/shell/windows'>['view']

/** As the value of a choice. */
export const keyOf = (view: WindowView): string => (view.kind === 'projector' ? `${view.of}:${view.id}` : view.kind)

const kinds = ['program', 'preview', 'scene', 'source'] as const

export function viewOf(key: string): WindowView {
  if (key === 'main' || key === 'multiview' || key === 'docks') return { kind: key }
  const at = key.indexOf(':')
  const of = kinds.find((each) => each === key.slice(0, at)) ?? 'program'
  return { kind: 'projector', of, id: key.slice(at + 1) }
}

/** The page that draws a view and nothing else. */
export function pathOf(view: WindowView): string {
  if (view.kind === 'main') return '/studio'
  return view.kind === 'projector' ? `/projector?${view.of}=${encodeURIComponent(view.id)}` : `/studio?${view.kind}`
}

/** What a projector of that URL shows. */
export function projectorOf(search: string): { readonly of: (typeof kinds)[number]; readonly id: string } {
  const query = new URLSearchParams(search)
  const of = kinds.find((each) => query.has(each)) ?? 'program'
  return { of, id: query.get(of) ?? '' }
}

/** The name of a view, as people know it. */
export function nameOf(view: WindowView, document: Collection | undefined): string {
  if (view.kind !== 'projector') return t[view.kind]
  const { of, id } = view
  const named = (list: readonly { readonly id: string; readonly name: string }[] | undefined): string =>
    list?.find((each) => each.id === id)?.name ?? t.gone
  if (of === 'scene') return named(document?.scenes)
  if (of === 'source') return named(document?.sources)
  return t[of](named(document?.canvases))
}

/** Opens a view in a window of this browser. */
export const openHere = (view: WindowView): void => void window.open(pathOf(view), '_blank', 'noopener,popup,width=1280,height=760')
