import { type Static, type TObject, Type } from 'typebox'

/** What the change of an overlay's contents depends on beside the overlay. */
export interface PostContext<Settings> {
  readonly settings: Settings
  /** ms since 1970. */
  readonly nowMs: number
  /** An id that no other entry of the overlay has. */
  readonly newId: () => string
}

/** What an overlay of one kind looks like, what it is sent, and what becomes of it. States are plain data that is never changed in place. */
export interface OverlayKind<Settings, State, Post> {
  readonly kind: string
  readonly title: string
  /** Size that the page is drawn for on a canvas of 1920x1080, px. */
  readonly width: number
  readonly height: number
  /** Every property has a default and a description. */
  readonly settings: TObject
  /** Body of a post. */
  readonly post: TObject
  /** A post that shows what the kind is for. */
  readonly example: Post
  readonly first: State
  /** The state after a post. Throws AppError. */
  apply(state: State, post: Post, context: PostContext<Settings>): State
  /** When the state changes by itself, ms since 1970. */
  changesAtMs?(state: State): number | undefined
  /** The state once that moment has come. */
  advance?(state: State, context: PostContext<Settings>): State
  /** What pages, lists and events are given of the state, where that is not all of it. */
  shown?(state: State): object
  /** What is kept over a restart of the host, where that is not all of it. */
  kept?(state: State): State
  /** The post that brings the same contents to a new overlay; undefined without contents to share. */
  asPost(state: State): Post | undefined
  /** A value of a data source as a post. Throws DataFault. */
  read?(value: unknown): Post
}

// biome-ignore lint/suspicious/noExplicitAny: the list of kinds is heterogeneous; `defineKind` types each one
export type AnyOverlayKind = OverlayKind<any, any, any>

/** Types a kind by the schemas of its settings and posts. */
export function defineKind<S extends TObject, P extends TObject, State>(
  kind: Omit<OverlayKind<Static<S>, State, Static<P>>, 'settings' | 'post'> & { readonly settings: S; readonly post: P },
): AnyOverlayKind {
  return kind
}

/** A value of a data source that the overlay cannot show, and why, for people. */
export class DataFault extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'DataFault'
  }
}

export const exactly = { additionalProperties: false } as const

const color = (initial: string, description: string) => Type.String({ pattern: '^#[0-9a-fA-F]{6}$', default: initial, description })

export const choice = <const T extends readonly string[]>(values: T, initial: T[number], description: string) =>
  Type.Union(
    values.map((value) => Type.Literal(value as T[number])),
    { default: initial, description },
  )

/** Look that all kinds have. */
export const theme = {
  background: color('#12111f', 'Color of the panel; text on it is made light or dark, whichever is read better'),
  accent: color('#7a5cff', 'Color of bars, lines and what moves'),
  second: color('#2be0b4', 'Color of small texts and of the second series'),
  font: Type.String({
    maxLength: 200,
    default: '',
    description: 'Font family that is installed where the page is shown; empty for its sans serif',
  }),
  opacity: Type.Integer({ minimum: 0, maximum: 100, default: 92, description: 'Of the panel, percent; 0 shows no panel' }),
}

export const align = choice(['left', 'center', 'right'], 'left', 'Where it is in its page, and how its text is aligned')

/** Where the data of a data overlay comes from. */
export const dataSource = {
  source: choice(
    ['posted', 'url', 'websocket'],
    'posted',
    'Posts alone, a URL that the host reads again and again, or messages of a WebSocket',
  ),
  url: Type.String({ maxLength: 2000, default: '', description: 'http or https URL; ws or wss for a WebSocket' }),
  format: choice(['auto', 'json', 'csv'], 'auto', 'How the data is written; the first line of CSV has the names of its columns'),
  path: Type.String({
    maxLength: 300,
    default: '',
    description: 'What of the data is shown, e.g. data.items[0].price; [-1] is the last entry; empty for all of it',
  }),
  intervalMs: Type.Integer({ minimum: 1000, maximum: 86_400_000, default: 5000, description: 'Between two reads of the URL' }),
}

/** A number in data: as JSON, or as people write it in CSV. Undefined for anything else. */
export function numberIn(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value !== 'string' || value.trim() === '') return undefined
  const number = Number(value.trim())
  return Number.isFinite(number) ? number : undefined
}
