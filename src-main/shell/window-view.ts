import { createHash } from 'node:crypto'
import { type Static, Type } from 'typebox'
import Value from 'typebox/value'

const Id = Type.String({ minLength: 1, maxLength: 64 })

/** What a window shows. */
export const WindowViewSchema = Type.Union(
  [
    Type.Object({ kind: Type.Literal('main') }, { additionalProperties: false, description: 'the whole page' }),
    Type.Object({ kind: Type.Literal('multiview') }, { additionalProperties: false }),
    Type.Object({ kind: Type.Literal('docks') }, { additionalProperties: false, description: 'the browser docks, chats for example' }),
    Type.Object(
      {
        kind: Type.Literal('projector'),
        of: Type.Union([Type.Literal('program'), Type.Literal('preview'), Type.Literal('scene'), Type.Literal('source')]),
        id: Type.String({ ...Id, description: 'of the canvas, the scene or the source' }),
      },
      { additionalProperties: false, description: 'video alone' },
    ),
  ],
  { description: 'what a window shows' },
)
export type WindowView = Static<typeof WindowViewSchema>

/** The id of its window, and the name of its browser's profile: there is one window of each view. */
export function windowId(view: WindowView): string {
  if (view.kind !== 'projector') return view.kind
  return `projector-${createHash('sha256').update(`${view.of}:${view.id}`).digest('hex').slice(0, 16)}`
}

/** Path of the page that draws a view and nothing else. */
export function pathOf(view: WindowView): string {
  switch (view.kind) {
    case 'main':
      return '/'
    case 'projector':
      return `/projector?${view.of}=${encodeURIComponent(view.id)}`
    default:
      return `/studio?${view.kind}`
  }
}

/** The view that a page of that path draws; undefined for every other page. */
export function viewOf(path: string): WindowView | undefined {
  const query = new URLSearchParams(path.split('?', 2)[1] ?? '')
  if (path.startsWith('/studio?')) {
    if (query.has('multiview')) return { kind: 'multiview' }
    return query.has('docks') ? { kind: 'docks' } : undefined
  }
  if (!path.startsWith('/projector?')) return undefined
  for (const shown of ['program', 'preview', 'scene', 'source'] as const) {
    const view = { kind: 'projector' as const, of: shown, id: query.get(shown) ?? '' }
    if (Value.Check(WindowViewSchema, view)) return view
  }
  return undefined
}

/** The main window follows what other programs ask it to show: its page learns from its URL that it is the one. */
export function markMain(url: string, view: WindowView): string {
  if (view.kind !== 'main') return url
  const [page = '', fragment] = url.split('#', 2)
  return `${page}${page.includes('?') ? '&' : '?'}window=main${fragment === undefined ? '' : `#${fragment}`}`
}
